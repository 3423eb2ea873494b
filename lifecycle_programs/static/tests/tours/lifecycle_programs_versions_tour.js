import { registry } from "@web/core/registry";

const STEPS = ".o_field_widget[name=draft_step_ids]";
const LINES = ".modal .o_field_widget[name=line_ids]";

registry.category("web_tour.tours").add("lifecycle_programs_versions", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            content: "Open the program",
            trigger: ".o_kanban_record:contains('Moving program')",
            run: "click",
        },
        {
            content: "Edit what is published",
            trigger: ".o_form_view button[name=action_edit_steps]",
            run: "click",
        },
        {
            content: "The steps as a list",
            trigger: ".nav-link:contains('Steps as a list')",
            run: "click",
        },
        {
            content: "Open the wait",
            trigger: `${STEPS} .o_data_cell[name=tree_name]:contains('Wait a week')`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=wait_value] input",
            run: "edit 14",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${STEPS}`,
        },
        {
            content: "Publish again",
            trigger: ".o_form_view button:contains('Take into use')",
            run: "click",
        },
        {
            content: "It says what changes",
            trigger: ".modal .o_field_widget[name=changes]:contains('14')",
        },
        {
            content: "And who is where",
            trigger: `${LINES} .o_data_row:contains('Wait a week') .o_data_cell[name=count]:contains('2')`,
        },
        {
            trigger: `${LINES} .o_data_cell[name=choice]:contains('Finish on the old version')`,
        },
        {
            content: "Everybody goes on in the new version",
            trigger: ".modal .o_field_widget[name=people] .o_radio_item:contains('Go on') input",
            run: "click",
        },
        {
            trigger: `${LINES} .o_data_cell[name=choice]:contains('Go on in the new version')`,
        },
        {
            trigger: `${LINES} .o_data_cell[name=target_step_id]:contains('Wait a week')`,
        },
        {
            trigger: ".modal footer button:contains('Take into use')",
            run: "click",
        },
        {
            content: "The new version is in use",
            trigger: "body:not(:has(.modal)) .o_form_view button[name=action_edit_steps]",
        },
        {
            trigger: ".o_form_view .nav-link:contains('Versions')",
            run: "click",
        },
        {
            content: "And the old one can be restored",
            trigger: ".o_field_widget[name=version_ids] .o_data_row:contains('Retired') button[name=action_restore]",
            run: "click",
        },
        {
            trigger: ".o_form_view button:contains('Take into use')",
        },
    ],
});
