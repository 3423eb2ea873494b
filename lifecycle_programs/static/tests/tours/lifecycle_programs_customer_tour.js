import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("lifecycle_programs_customer", {
    steps: () => [
        {
            content: "The new message stands in the inbox",
            trigger: ".o_lifecycle_inbox_row.fw-bold:contains('Your tent is ready')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It can be read",
            trigger: ".o_lifecycle_message_body:contains('Your tent is ready.')",
        },
        {
            content: "Choose what one gets",
            trigger: "a:contains('Choose what we may write to you about')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "No service messages in the portal",
            trigger:
                "fieldset:contains('Service messages') label:contains('Customer portal') input:checked",
            run: "click",
        },
        {
            trigger: "button[value=save]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is confirmed",
            trigger: "[role=status]:contains('Service messages, Customer portal')",
        },
        {
            trigger:
                "fieldset:contains('Service messages') label:contains('Customer portal') input:not(:checked)",
        },
    ],
});
