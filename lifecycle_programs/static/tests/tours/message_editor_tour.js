import { DEBOUNCED_DELAY } from "@web/core/select_menu/select_menu";
import { delay } from "@web/core/utils/concurrency";
import { registry } from "@web/core/registry";

const BODY = ".o_field_widget[name=body]";
const SUBJECT = ".o_field_widget[name=subject]";
const PREVIEW = ".o_lifecycle_preview";

/** Types at the end of the mail, as a keyboard does. */
function type(text) {
    return ({ anchor }) => {
        anchor.focus();
        const selection = document.getSelection();
        selection.selectAllChildren(anchor);
        selection.collapseToEnd();
        document.execCommand("insertText", false, text);
    };
}

function insert(field, label) {
    return [
        {
            trigger: `${field} .o_lifecycle_insert .o_select_menu_toggler`,
            run: "click",
        },
        {
            content: `Look for ${label}`,
            trigger: ".o_lifecycle_insert_menu input",
            // The menu searches a moment later, and opens again for it.
            run: async ({ edit }) => {
                await edit(label);
                await delay(2 * DEBOUNCED_DELAY);
            },
        },
        {
            trigger: `.o_lifecycle_insert_menu .o_select_menu_item:contains(/^${label}/)`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("lifecycle_programs_message", {
    url: "/odoo/lifecycle-messages/new",
    steps: () => [
        {
            content: "Write a new mail",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Toured message",
        },
        {
            trigger: `${SUBJECT} input`,
            // With the space at its end.
            run: ({ edit }) => edit("Welcome back, "),
        },
        ...insert(SUBJECT, "First name"),
        {
            content: "The field stands in the subject",
            trigger: `${SUBJECT} input:value("Welcome back, {{ contact.first_name or '' }}")`,
        },
        ...insert(BODY, "Greeting with the first name"),
        {
            trigger: `${BODY} .odoo-editor-editable .o_lifecycle_marker_block:contains('Only if')`,
        },
        {
            content: "The words of the mail",
            trigger: `${BODY} .odoo-editor-editable`,
            run: type(" it is nice to see you."),
        },
        {
            content: "Beside it stands what a contact gets, unsaved",
            trigger: `${PREVIEW} iframe[srcdoc*='nice to see you']`,
        },
        {
            content: "Choose the contact",
            trigger: `${PREVIEW}_contact input`,
            run: "edit Toured Person",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Toured Person')",
            run: "click",
        },
        {
            trigger: `${PREVIEW}_subject:contains('Welcome back, Toured')`,
        },
        {
            content: "As on a telephone",
            trigger: `${PREVIEW} button[aria-label='On a telephone']`,
            run: "click",
        },
        {
            trigger: `${PREVIEW}_phone iframe[srcdoc*='Hi Toured']`,
        },
        {
            content: "Words for some only",
            trigger: `${BODY} .odoo-editor-editable`,
            run: type(" "),
        },
        ...insert(BODY, "Only for some"),
        {
            trigger: ".modal .o_lifecycle_rule_add button:contains('Condition')",
            run: "click",
        },
        {
            trigger: ".modal .o_lifecycle_rule_item .o_select_menu_toggler",
            run: "click",
        },
        {
            trigger: ".o_lifecycle_rule_facts .o_select_menu_item:contains('Days since the last purchase')",
            run: "click",
        },
        {
            trigger: ".modal .o_lifecycle_rule_item .o_lifecycle_rule_operator",
            run: "selectByLabel is more than",
        },
        {
            trigger: ".modal .o_lifecycle_rule_item input[type=number]",
            run: "edit 3 && press Tab",
        },
        {
            trigger: ".modal .modal-footer .btn-primary:enabled",
            run: "click",
        },
        {
            trigger: `${BODY} .o_lifecycle_marker_block:contains('> 3')`,
        },
        {
            content: "A wrong field is told with the right one",
            trigger: `${SUBJECT} input`,
            run: "edit Welcome {{ contact.frist_name }}",
        },
        {
            trigger: ".o_lifecycle_problem button:contains('{{ contact.first_name }}')",
            run: "click",
        },
        {
            trigger: `${SUBJECT} input:value("Welcome {{ contact.first_name }}")`,
        },
        {
            trigger: `${PREVIEW}_subject:contains('Welcome Toured')`,
        },
        {
            content: "A test to oneself",
            trigger: ".o_lifecycle_test input",
            run: "edit me@acme.example",
        },
        {
            trigger: ".o_lifecycle_test button:enabled",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('me@acme.example')",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
