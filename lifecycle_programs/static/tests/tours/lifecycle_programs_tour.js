import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("lifecycle_programs_publish", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            content: "Open the program",
            trigger: ".o_kanban_record:contains('Tour program')",
            run: "click",
        },
        {
            content: "Its steps are there",
            trigger: ".o_lifecycle_card:contains('Tell sales')",
        },
        {
            content: "Take it into use",
            trigger: ".o_form_view button:contains('Take into use')",
            run: "click",
        },
        {
            content: "The last look shows the numbers",
            trigger: ".modal .o_data_row:contains('Points')",
        },
        {
            content: "Confirm",
            trigger: ".modal footer button:contains('Take into use')",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_arrow_button_current:contains('Running')",
        },
        {
            content: "Add a contact by hand",
            trigger: ".o_form_view button:contains('Add people')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=partner_ids] input",
            run: "edit Tour Prospect",
        },
        {
            trigger: ".ui-menu-item:contains('Tour Prospect')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=partner_ids] .badge:contains('Tour Prospect')",
        },
        {
            trigger: ".modal footer button:contains('Add')",
            run: "click",
        },
        {
            content: "One person is in the program",
            trigger: "button[name=action_open_enrolments] .o_stat_value:contains('1')",
            run: "click",
        },
        {
            content: "See the contact in it",
            trigger: ".o_list_view .o_data_row:contains('Tour Prospect') .o_data_cell[name=program_id]",
            run: "click",
        },
        {
            content: "And why",
            trigger: ".o_form_view .nav-link:contains('Why')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=reasons_html] li",
        },
    ],
});

registry.category("web_tour.tours").add("lifecycle_programs_alert", {
    url: "/odoo/crm",
    steps: () => [
        {
            content: "The card says that the prospect is ready",
            trigger:
                ".o_kanban_record:contains('Tour Prospect') .ribbon:contains('Ready for sales')",
        },
        {
            trigger: ".o_kanban_record:contains('Tour Prospect')",
            run: "click",
        },
        {
            content: "The form gives the reasons",
            trigger: ".o_form_view .alert-success .o_field_widget[name=lifecycle_alert_reasons]",
        },
        {
            content: "Take over",
            trigger: ".o_form_view button[name=action_lifecycle_take_over]",
            run: "click",
        },
        {
            content: "The question is answered",
            trigger: ".o_form_view:not(:has(button[name=action_lifecycle_take_over]))",
        },
    ],
});
