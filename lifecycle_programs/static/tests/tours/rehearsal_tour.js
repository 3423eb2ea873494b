import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("lifecycle_programs_rehearsal", {
    steps: () => [
        {
            trigger: "button[name=action_rehearse]",
            run: "click",
        },
        {
            content: "With people I choose",
            trigger: ".modal .o_field_widget[name=who] input[data-value=chosen]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=partner_ids] input",
            run: "edit Aino Laine",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Aino Laine')",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_start]",
            run: "click",
        },
        {
            content: "The message stands on its day",
            trigger: ".o_lifecycle_rehearsal_lines li:contains('Day 3') button",
            run: "click",
        },
        {
            content: "And opens",
            trigger: ".o_lifecycle_rehearsal_lines li:contains('Day 3') iframe",
        },
        {
            trigger: "button:contains('All as a table')",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Still in the program')",
        },
    ],
});
