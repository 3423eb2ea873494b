import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("lifecycle_programs_timeline", {
    steps: () => [
        {
            content: "Open the timeline of the contact",
            trigger: "button[name=action_lifecycle_timeline]",
            run: "click",
        },
        {
            content: "What comes next stands first",
            trigger: ".o_lifecycle_timeline_next:contains('again')",
        },
        {
            content: "Show what is older",
            trigger: ".o_lifecycle_timeline_more",
            run: "click",
        },
        {
            trigger: ".o_lifecycle_timeline:contains('/tents/49'):not(:has(.o_lifecycle_timeline_more))",
        },
        {
            content: "Only messages",
            trigger: ".o_lifecycle_timeline button[data-kind=message]",
            run: "click",
        },
        {
            content: "Open the text as sent",
            trigger:
                ".o_lifecycle_timeline:not(:contains('/tents/')) button:contains('Hello Liisa Virtanen')",
            run: "click",
        },
        {
            trigger: ".modal :iframe body:contains('Good to see you'), .modal:contains('Hello Liisa Virtanen')",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "Back to the contact",
            trigger: ".breadcrumb-item a:contains('Liisa Virtanen'), .o_back_button a",
            run: "click",
        },
        {
            trigger: "button[name=action_lifecycle_timeline]",
        },
    ],
});
