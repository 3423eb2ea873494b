import { registry } from "@web/core/registry";

const STEPS = ".o_field_widget[name=draft_step_ids]";

registry.category("web_tour.tours").add("lifecycle_programs_steps", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            content: "Open the program",
            trigger: ".o_kanban_record:contains('Branching program')",
            run: "click",
        },
        {
            content: "The steps as a list",
            trigger: ".nav-link:contains('Steps as a list')",
            run: "click",
        },
        {
            content: "Each step has the icon of its type",
            trigger: `${STEPS} .o_data_row:contains('Offer') .fa-envelope-o`,
        },
        {
            content: "Open the message",
            trigger: `${STEPS} .o_data_cell[name=tree_name]:contains('Offer')`,
            run: "click",
        },
        {
            content: "A message shows nothing of waits and discounts",
            trigger:
                ".modal:not(:has([name=wait_value], [name=grant_kind])) [name=message_id]",
        },
        {
            content: "Test a second version of it",
            trigger: ".modal button[name=action_make_test]",
            run: "click",
        },
        {
            content: "The test stands in front of both versions",
            trigger: `body:not(:has(.modal)) ${STEPS} .o_data_row:contains('50 % A, 50 % B')`,
        },
        {
            trigger: `${STEPS} .o_data_cell[name=tree_name]:contains('Offer (B)')`,
        },
        {
            content: "Add a step",
            trigger: `${STEPS} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Office hours",
        },
        {
            trigger: ".modal .o_field_widget[name=type] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Wait for a time of the week')",
            run: "click",
        },
        {
            content: "Another type, other fields",
            trigger: ".modal:not(:has([name=message_id])) .o_field_widget[name=hour_from]",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${STEPS} .o_data_row:contains('9:00 to 17:00')`,
        },
        {
            content: "Take it into use",
            trigger: ".o_form_view button:contains('Take into use')",
            run: "click",
        },
        {
            trigger: ".modal footer button:contains('Take into use')",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('Running')",
        },
    ],
});
