import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("lifecycle_programs_week", {
    steps: () => [
        {
            trigger: ".o_lifecycle_forecast tr:contains('Tour program') td button:contains('2')",
            run: "click",
        },
        {
            content: "The people of the day",
            trigger: ".o_data_row:contains('Aino Laine')",
        },
        {
            trigger: ".o_data_row:contains('Eero Aho')",
        },
    ],
});
