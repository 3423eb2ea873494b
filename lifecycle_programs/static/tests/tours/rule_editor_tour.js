import { registry } from "@web/core/registry";

const EDITOR = ".o_field_widget[name=rule] .o_lifecycle_rule";

/** Types at the end of the expression, as a keyboard does. */
function type(text) {
    return (helpers) => {
        const content = helpers.anchor;
        content.focus();
        const selection = document.getSelection();
        selection.selectAllChildren(content);
        selection.collapseToEnd();
        for (const letter of text) {
            document.execCommand("insertText", false, letter);
        }
    };
}

/** The list of completions takes no key in its first moment, lest one hits it unseen. */
function press(key) {
    return async ({ anchor }) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        const options = { key, bubbles: true, cancelable: true };
        anchor.dispatchEvent(new KeyboardEvent("keydown", options));
    };
}

registry.category("web_tour.tours").add("lifecycle_programs_rule", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            content: "Open the program",
            trigger: ".o_kanban_record:contains('Ruled program')",
            run: "click",
        },
        {
            trigger: ".nav-link:contains('Who enters')",
            run: "click",
        },
        {
            content: "The conditions come first, with the words below",
            trigger: `${EDITOR} .o_lifecycle_rule_row:contains('is yes')`,
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_words:contains('Has a mail address')`,
        },
        {
            content: "Those with the tag are counted",
            trigger: `${EDITOR} .o_lifecycle_rule_count:contains('7')`,
        },
        {
            content: "Who they are, and how each condition splits them",
            trigger: `${EDITOR} .o_lifecycle_rule_audience button:contains('Who, and why')`,
            run: "click",
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_who a:contains('Person 0')`,
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_who li:contains('Tags') [role=progressbar]`,
        },
        {
            content: "Behind Advanced stands the same rule as an expression",
            trigger: `${EDITOR} [role=tab]:contains('Advanced')`,
            run: "click",
        },
        {
            trigger: `${EDITOR} .cm-content:contains('contact.has_email') .o_rule_fact`,
        },
        {
            content: "Typing completes what it is about",
            trigger: `${EDITOR} .cm-content`,
            run: type(" and contact.ci"),
        },
        {
            trigger: ".cm-tooltip-autocomplete li[aria-selected]:contains('contact.city')",
        },
        {
            trigger: `${EDITOR} .cm-content`,
            run: press("Enter"),
        },
        {
            trigger: `${EDITOR} .cm-content:contains('and contact.city')`,
            run: type(' == "Ou'),
        },
        {
            content: "And the values that it can have",
            trigger: ".cm-tooltip-autocomplete li[aria-selected]:contains('Oulu')",
        },
        {
            trigger: `${EDITOR} .cm-content`,
            run: press("Enter"),
        },
        {
            content: "The count follows",
            trigger: `${EDITOR} .o_lifecycle_rule_count:contains('3')`,
        },
        {
            content: "A misspelt name is underlined",
            trigger: `${EDITOR} .cm-content:contains('Oulu"')`,
            run: type(" and orders.cuont == 0"),
        },
        {
            trigger: `${EDITOR} .cm-lintRange-error:contains('orders.cuont')`,
        },
        {
            content: "And mended with a click",
            trigger: `${EDITOR} .o_lifecycle_rule_problem button:contains('orders.count')`,
            run: "click",
        },
        {
            trigger: `${EDITOR}:not(:has(.o_lifecycle_rule_problem)) .cm-content:contains('orders.count == 0')`,
        },
        {
            content: "Back to the conditions, which show what was typed",
            trigger: `${EDITOR} [role=tab]:contains('Conditions')`,
            run: "click",
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_item:nth-child(3) .o-autocomplete--input:value('Oulu')`,
        },
        {
            content: "A condition goes away",
            trigger: `${EDITOR} .o_lifecycle_rule_item:nth-child(3) button[aria-label=Remove]`,
            run: "click",
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_count:contains('7')`,
        },
        {
            content: "Another comes",
            trigger: `${EDITOR} .o_lifecycle_rule_add button:contains('Condition')`,
            run: "click",
        },
        {
            content: "One that is not complete cannot be saved",
            trigger: `${EDITOR} li:contains('A condition is not complete')`,
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_item:last-child .o_select_menu_toggler`,
            run: "click",
        },
        {
            trigger: ".o_lifecycle_rule_facts .o_select_menu_item:contains('Days since the last purchase')",
            run: "click",
        },
        {
            trigger: `${EDITOR} .o_lifecycle_rule_item:last-child .o_lifecycle_rule_operator`,
            run: "selectByLabel has no value",
        },
        {
            content: "A number of a condition is changed",
            trigger: `${EDITOR} .o_lifecycle_rule_item:nth-child(3) input[type=number]`,
            run: "edit 5",
        },
        {
            content: "And saved at once: the last key counts",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_saved",
        },
    ],
});

registry.category("web_tour.tours").add("lifecycle_programs_rule_refused", {
    url: "/odoo/lifecycle-programs",
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('Ruled program')",
            run: "click",
        },
        {
            trigger: ".nav-link:contains('Who enters')",
            run: "click",
        },
        {
            trigger: `${EDITOR} [role=tab]:contains('Advanced')`,
            run: "click",
        },
        {
            trigger: `${EDITOR} .cm-content:contains('contact')`,
            run: type(" and ("),
        },
        {
            content: "What is wrong cannot be saved, however fast one is",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=rule].o_field_invalid .o_lifecycle_rule_problem",
        },
        {
            content: "Discarded, the saved rule stands there again",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: `${EDITOR}:not(:has(.o_lifecycle_rule_problem)) .cm-content:not(:contains('('))`,
        },
    ],
});
