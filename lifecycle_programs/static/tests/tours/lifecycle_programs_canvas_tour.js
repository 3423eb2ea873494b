import { registry } from "@web/core/registry";

const CANVAS = ".o_lifecycle_canvas";
const card = (name) => `${CANVAS} .o_lifecycle_card:contains('${name}')`;
const noDialog = (trigger) => `body:not(:has(.modal)) ${trigger}`;

/** Add a step at the last "+" of the picture that shows it. */
function add(plus, type, label) {
    return [
        {
            content: `Add: ${label}`,
            trigger: noDialog(`${CANVAS} .o_lifecycle_plus${plus}`),
            run: "click",
        },
        {
            trigger: ".o_lifecycle_type_picker input",
            run: `edit ${label}`,
        },
        {
            trigger: `.o_lifecycle_type_picker [data-type=${type}]`,
            run: "click",
        },
    ];
}

function press(key, options = {}) {
    return ({ anchor }) => {
        anchor.focus();
        anchor.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options })
        );
    };
}

const TAKE_INTO_USE = [
    {
        content: "Take it into use",
        trigger: noDialog(".o_form_view button:contains('Take into use')"),
        run: "click",
    },
];

registry.category("web_tour.tours").add("lifecycle_programs_canvas", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('Drawn program')",
            run: "click",
        },
        ...add("[data-way=start]", "wait", "Wait"),
        {
            content: "The new step opens to be filled in",
            trigger: ".modal .o_field_widget[name=wait_value] input",
            run: "edit 7",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: noDialog(card("7 days")),
        },
        ...add(":last", "split", "Split by rule"),
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit With an address?",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The card says what is missing",
            trigger: noDialog(`${card("With an address?")}:contains('add a branch')`),
        },
        {
            content: "Add a branch by key",
            trigger: `${card("With an address?")} .o_lifecycle_card_main`,
            run: press("b"),
        },
        {
            trigger: ".modal .o_field_widget[name=branch_ids] .o_data_row .o_data_cell",
            run: "click",
        },
        {
            trigger: ".modal .modal-title:contains('Open: Branches'), .modal:nth-of-type(2)",
        },
        {
            trigger: ".modal:last .o_field_widget[name=name] input",
            run: "edit Yes",
        },
        {
            trigger: ".modal:last .o_lifecycle_rule [role=tab]:contains('Advanced')",
            run: "click",
        },
        {
            trigger: ".modal:last .cm-content",
            run: ({ anchor }) => {
                anchor.focus();
                document.execCommand("insertText", false, "contact.has_email");
            },
        },
        {
            trigger: ".modal:last .cm-content:contains('contact.has_email')",
        },
        {
            trigger: ".modal:last .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal .o_lifecycle_rule)) .modal .o_data_row:contains('Yes')",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: noDialog(`${CANVAS} .o_lifecycle_label:contains('Yes')`),
        },
        ...add(":not([data-way$='_0']):not([data-way=start])", "sales_alert", "Sales alert"),
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Tell sales",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "All is there",
            trigger: noDialog(`${CANVAS} [role=status]:contains('Complete')`),
        },
        {
            content: "Take a step out",
            trigger: `${card("Tell sales")} .o_lifecycle_card_main`,
            run: press("Delete"),
        },
        {
            trigger: `${CANVAS}:not(:has(.o_lifecycle_card:contains('Tell sales')))`,
        },
        {
            content: "And bring it back",
            trigger: `${CANVAS} .o_lifecycle_undo:enabled`,
            run: "click",
        },
        {
            trigger: card("Tell sales"),
        },
        ...TAKE_INTO_USE,
        {
            trigger: ".modal footer button:contains('Take into use')",
            run: "click",
        },
        {
            content: "In use, nothing can be added",
            trigger: noDialog(`${CANVAS}:not(:has(.o_lifecycle_plus)) .o_lifecycle_card`),
        },
    ],
});

registry.category("web_tour.tours").add("lifecycle_programs_canvas_again", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('Drawn program')",
            run: "click",
        },
        {
            content: "Two people wait",
            trigger: `${card("7 days")} .o_lifecycle_count[data-what=here]:contains('2')`,
            run: "click",
        },
        {
            content: "And these are they",
            trigger: ".o_list_view .o_data_row:contains('Person 1')",
        },
        {
            trigger: ".breadcrumb-item a:contains('Drawn program')",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_edit_steps]",
            run: "click",
        },
        ...add(":last", "notice", "Notice to colleagues"),
        {
            trigger: ".modal .o_field_widget[name=notice_user_ids] input",
            run: "edit Lifecycle",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('lifecycle_canvas_tour')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=notice_user_ids] .o_tag",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: noDialog(`${CANVAS} [role=status]:contains('Complete')`),
        },
        ...TAKE_INTO_USE,
        {
            trigger: ".modal .o_field_widget[name=people] .o_radio_item:contains('Go on') input",
            run: "click",
        },
        {
            trigger: ".modal footer button:contains('Take into use')",
            run: "click",
        },
        {
            content: "They wait on in the new version",
            trigger: noDialog(`${card("7 days")} .o_lifecycle_count[data-what=here]:contains('2')`),
        },
    ],
});
