import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("lifecycle_programs_call_outcome", {
    steps: () => [
        {
            content: "Mark the call done",
            trigger: ".o-mail-Activity:contains('Call her') .o-mail-Activity-markDone",
            run: "click",
        },
        {
            content: "Done",
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label='Done']",
            run: "click",
        },
        {
            content: "Say what came of it",
            trigger: ".modal .o_field_widget[name=outcome] label:contains('competitor')",
            run: "click",
        },
        {
            trigger: ".modal footer button:contains('Done')",
            run: "click",
        },
        {
            content: "It stands in the history",
            trigger: ".o-mail-Message:contains('Buys from a competitor')",
        },
        {
            content: "And the call is done",
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity:contains('Call her')))",
        },
    ],
});
