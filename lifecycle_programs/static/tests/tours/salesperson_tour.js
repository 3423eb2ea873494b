import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const CARD = ".o_lifecycle_ready .o_kanban_record:contains('Acme Tents')";
const ANSWERED = {
    content: "The card stays where it is, with the answer in the place of the buttons",
    trigger: `${CARD}.o_lifecycle_answered:contains('Taken over'):not(:has(button))`,
};

registry.category("web_tour.tours").add("lifecycle_programs_salesperson", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open the pipeline"),
        {
            content: "The ribbon says who is ready, and why",
            trigger:
                ".o_opportunity_kanban .o_kanban_record:contains('Family tents') .o_lifecycle_ribbon[title] span:contains('Ready for sales')",
        },
        {
            trigger: ".o_main_navbar button[data-menu-xmlid='crm.crm_menu_sales']",
            run: "click",
        },
        {
            content: "Who is ready today?",
            trigger: ".dropdown-item:contains('Ready Today')",
            run: "click",
        },
        {
            content: "What she looked at stands on the card",
            trigger: `${CARD}:contains('/tents/family')`,
        },
        {
            content: "A number to call",
            trigger: `${CARD} a.o_lifecycle_call[href^='tel:+358']`,
        },
        {
            content: "Everything that happened is a click away",
            trigger: `${CARD} button[name=action_open_timeline]`,
            run: "click",
        },
        {
            trigger: ".o_lifecycle_timeline:contains('Ready for sales')",
        },
        {
            trigger: ".breadcrumb-item a:contains('Ready Today'), .o_back_button a",
            run: "click",
        },
        {
            content: "After the call: the answer",
            trigger: `${CARD} button[name=action_take_over]`,
            run: "click",
        },
        ANSWERED,
        {
            trigger: ".o_main_navbar button[data-menu-xmlid='crm.crm_menu_sales']",
            run: "click",
        },
        {
            trigger: ".dropdown-item:contains('Ready Today')",
            run: "click",
        },
        {
            content: "Nobody waits any more when the page is opened again",
            trigger: ".o_lifecycle_ready:not(:has(.o_kanban_record:contains('Acme Tents')))",
        },
        {
            trigger: ".o_main_navbar button[data-menu-xmlid='crm.crm_menu_sales']",
            run: "click",
        },
        {
            content: "What do programs write to my customers?",
            trigger: ".dropdown-item:contains('Messages to My Customers')",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Paula Person') button[name=action_stop_message]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Paula Person'):contains('Stopped')",
        },
    ],
});

registry.category("web_tour.tours").add("lifecycle_programs_salesperson_phone", {
    steps: () => [
        {
            content: "A number to call, as wide as a thumb needs it",
            trigger: `${CARD} a.o_lifecycle_call[href^='tel:+358']`,
        },
        {
            content: "The answer in one touch",
            trigger: `${CARD} button[name=action_take_over]`,
            run: "click",
        },
        ANSWERED,
    ],
});

const OWNER = ":has(footer .o_field_many2one_avatar_user img)";

registry.category("web_tour.tours").add("lifecycle_programs_alerts_phone", {
    steps: () => [
        {
            content: "Who, why, from which program, by when, and whose it is",
            trigger: `.o_kanban_record:contains('Acme Tents'):contains('Paula Person'):contains('Sales-ready'):contains('Call by')${OWNER} .badge:contains('Open')`,
        },
    ],
});

registry.category("web_tour.tours").add("lifecycle_programs_discounts_phone", {
    steps: () => [
        {
            content: "Whose, what it gives, until when, and who sells to them",
            trigger: `.o_kanban_record:contains('Acme Tents'):contains('10 % off · TENT10'):contains('Until')${OWNER} .badge:contains('Live')`,
        },
    ],
});

registry.category("web_tour.tours").add("lifecycle_programs_quotation", {
    steps: () => [
        {
            content: "The customer's live discount",
            trigger: ".o_lifecycle_order button[name=action_lifecycle_apply_discount]",
            run: "click",
        },
        {
            content: "It is on the order",
            trigger:
                ".o_field_widget[name=order_line] .o_data_row:contains('10%'), .o_field_widget[name=order_line] .o_data_row:contains('-10')",
        },
        {
            content: "The program that brought the customer",
            trigger: ".o_lifecycle_order .o_field_widget[name=lifecycle_program_text]",
        },
        {
            content: "What goes with it",
            trigger:
                ".o_lifecycle_order .o_data_row:contains('Tent pegs') button[name=action_add_to_order]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=order_line] .o_data_row:contains('Tent pegs')",
        },
    ],
});
