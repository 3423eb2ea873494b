import { registry } from "@web/core/registry";

const CARD = ".o_lifecycle_gallery_card[data-card=winback]";

registry.category("web_tour.tours").add("lifecycle_programs_gallery", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            content: "The banner leads the way",
            trigger: ".o_lifecycle_banner [data-step=choose] button",
            run: "click",
        },
        {
            content: "Take the customers from the circle",
            trigger: ".o_lifecycle_ring_stage[data-stage=customer]",
            run: "click",
        },
        {
            content: "Only their cards are shown",
            trigger: ".o_lifecycle_gallery_page:not(:has([data-section=prospect])) [data-section=customer]",
        },
        {
            content: "The card says what is there already",
            trigger: `${CARD} .fa-check[aria-label='is here']`,
        },
        {
            content: "Use it",
            trigger: `${CARD} button:contains('Use')`,
            run: "click",
        },
        {
            content: "Two people match with the number of the card",
            trigger: ".o_lifecycle_use_count:contains('2'):contains('match today')",
        },
        {
            content: "A longer time lets in one",
            trigger: ".o_lifecycle_use [data-question='number.days'] input",
            run: "edit 10",
        },
        {
            trigger: ".o_lifecycle_use_count:contains('1'):contains('match today')",
        },
        {
            trigger: ".modal footer button:contains('Make the draft')",
            run: "click",
        },
        {
            content: "The draft is open, with its steps",
            trigger: ".o_form_view .o_arrow_button_current:contains('Draft')",
        },
        {
            content: "Rehearse it",
            trigger: ".o_form_view button[name=action_rehearse]",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_start]",
            run: "click",
        },
        {
            content: "Who would enter, and what they would get",
            trigger: ".o_lifecycle_rehearsal_people:contains('Quiet User')",
        },
        {
            content: "Back to the draft",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "Take it into use",
            trigger: ".o_form_view button:contains('Take into use')",
            run: "click",
        },
        {
            content: "The last look shows the number that was answered",
            trigger: ".modal .o_data_row:contains('The first mail after this long without use')",
        },
        {
            trigger: ".modal footer button:contains('Take into use')",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_arrow_button_current:contains('Running')",
        },
    ],
});
