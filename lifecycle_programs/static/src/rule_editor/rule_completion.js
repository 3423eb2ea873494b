const FACT = String.raw`([a-z_]+\.[a-z0-9_]+)`;
const ITEMS = String.raw`(?:"(?:[^"\\]|\\.)*"\s*,\s*)*`;
/** A text that is being written, behind the fact that it is compared with. */
const OPEN_TEXT = [
    new RegExp(String.raw`${FACT}\s*(?:==|!=)\s*"([^"]*)$`),
    new RegExp(String.raw`${FACT}\s+(?:not\s+)?in\s*\[\s*${ITEMS}"([^"]*)$`),
    new RegExp(String.raw`\$(?:contains|starts_with)\(\s*${FACT}\s*,\s*"([^"]*)$`),
];
/** The place of a text, with nothing but a word there yet. */
const PLACE_OF_TEXT = [
    new RegExp(String.raw`${FACT}\s*(?:==|!=)\s*(\w*)$`),
    new RegExp(String.raw`${FACT}\s+(?:not\s+)?in\s*\[\s*${ITEMS}(\w*)$`),
    new RegExp(String.raw`\$(?:contains|starts_with)\(\s*${FACT}\s*,\s*(\w*)$`),
];
const LOOK_BACK = 2000;

/**
 * What can be written at the cursor: values behind a comparison, else facts, saved
 * rules, numbers, functions and words, by their names and by their labels.
 *
 * @param {Object} setup see `get_setup`
 * @param {(fact: string, term: string) => Promise<{value: string, label: string}[]>} completeValues
 * @returns a completion source of CodeMirror
 */
export function ruleCompletion(setup, completeValues) {
    const facts = new Map(setup.facts.map((fact) => [fact.name, fact]));
    const names = [
        ...setup.facts.map(factOption),
        ...setup.numbers.map(numberOption),
        ...setup.macros.map(savedRuleOption),
        ...functionOptions(setup.vocabulary),
    ];

    async function values(before, pos, patterns, isOpen) {
        for (const pattern of patterns) {
            const match = pattern.exec(before);
            if (match && facts.get(match[1])?.has_values) {
                const found = await completeValues(match[1], match[2]);
                return {
                    from: pos - match[2].length,
                    options: found.map((value) => valueOption(value, isOpen)),
                    filter: false,
                };
            }
        }
        return null;
    }

    function attributes(before, pos) {
        const match = /([a-z_]+\.[a-z0-9_]+)\.(\w*)$/.exec(before);
        const fact = match && facts.get(match[1]);
        const known = fact && setup.vocabulary.attributes[fact.type];
        return (
            known && {
                from: pos - match[2].length,
                options: known.map(({ name, help }) => ({
                    label: name,
                    info: help,
                    type: "property",
                })),
            }
        );
    }

    return async function complete(context) {
        const { pos, explicit } = context;
        const before = context.state.sliceDoc(Math.max(0, pos - LOOK_BACK), pos);
        const inText = await values(before, pos, OPEN_TEXT, true);
        if (inText || isInText(before)) {
            return inText;
        }
        const word = context.matchBefore(/[$A-Za-z_][\w.]*/);
        const known = attributes(before, pos);
        if (known) {
            return known;
        }
        const place = await values(before, pos, PLACE_OF_TEXT, false);
        if (place) {
            return place;
        }
        if (!word && !explicit) {
            return null;
        }
        return { from: word ? word.from : pos, options: names, validFor: /^[$\w.]*$/ };
    };
}

/** Whether the cursor stands inside a text: behind an odd number of quotation marks. */
function isInText(before) {
    const marks = before.replace(/\\./g, "").match(/"/g);
    return Boolean(marks && marks.length % 2);
}

function factOption({ name, label, type, unit, help }) {
    return {
        // People look for the label as well as for the name.
        label: `${name} ${label}`,
        displayLabel: name,
        apply: name,
        detail: label,
        info: [help, [type.replace("_", " "), unit].filter(Boolean).join(", ")]
            .filter(Boolean)
            .join(" · "),
        type: "variable",
    };
}

function numberOption({ code, label, value, unit }) {
    return {
        label: `param.${code} ${label}`,
        displayLabel: `param.${code}`,
        apply: `param.${code}`,
        detail: `${label} (${[value, unit].filter((part) => part !== "").join(" ")})`,
        type: "constant",
    };
}

function savedRuleOption({ name, label, text }) {
    return { label: name, detail: label, info: text, type: "class" };
}

function functionOptions({ functions, values, keywords }) {
    return [
        ...functions.map(({ name, signature, help }) => ({
            label: name,
            apply: (view, _option, from, to) => insertCall(view, name, from, to),
            detail: signature.slice(name.length),
            info: help,
            type: "function",
        })),
        ...values.map(({ name, help }) => ({ label: name, info: help, type: "constant" })),
        ...keywords.map((word) => ({ label: word, type: "keyword" })),
    ];
}

function insertCall(view, name, from, to) {
    view.dispatch({
        changes: { from, to, insert: `${name}()` },
        selection: { anchor: from + name.length + 1 },
        userEvent: "input.complete",
    });
}

function valueOption({ value, label }, isOpen) {
    const text = value.replace(/\\/g, "\\\\").replace(/"/g, '\\"');
    return {
        label: value,
        detail: label === value ? undefined : label,
        type: "text",
        apply: (view, _option, from, to) => {
            const closed = view.state.sliceDoc(to, to + 1) === '"';
            const insert = isOpen ? `${text}${closed ? "" : '"'}` : `"${text}"`;
            const end = from + insert.length + (isOpen && closed ? 1 : 0);
            view.dispatch({
                changes: { from, to, insert },
                selection: { anchor: end },
                userEvent: "input.complete",
            });
        },
    };
}
