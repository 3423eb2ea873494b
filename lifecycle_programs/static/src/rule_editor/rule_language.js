/* global LifecycleCodeMirror */

const WORD = /^[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*/;

/**
 * The colours of a rule: a tokenizer over what the server says can stand in one.
 *
 * @param {Object} setup see `get_setup`
 */
export function ruleLanguage(setup) {
    const { StreamLanguage } = LifecycleCodeMirror;
    const keywords = new Set(setup.vocabulary.keywords);
    const functions = new Set(setup.vocabulary.functions.map(({ name }) => name));
    const given = new Set(setup.vocabulary.values.map(({ name }) => name));
    const facts = new Set(setup.facts.map(({ name }) => name));
    const savedRules = new Set(setup.macros.map(({ name }) => name));
    const constants = new Set(["true", "false", "null"]);

    function colourOfName(name) {
        if (constants.has(name)) {
            return "atom";
        }
        if (keywords.has(name)) {
            return "keyword";
        }
        if (savedRules.has(name)) {
            return "labelName";
        }
        if (name.startsWith("param.")) {
            return "number";
        }
        const path = name.split(".");
        while (path.length) {
            if (facts.has(path.join("."))) {
                return "variableName";
            }
            path.pop();
        }
        return "name";
    }

    return StreamLanguage.define({
        name: "lifecycle-rule",
        token(stream) {
            if (stream.eatSpace()) {
                return null;
            }
            if (stream.match(/^[dt]?"([^"\\]|\\.)*"?/) || stream.match(/^[dt]?'([^'\\]|\\.)*'?/)) {
                return "string";
            }
            if (stream.match(/^\d+(\.\d*)?/)) {
                return "number";
            }
            if (stream.match(/^\$\w+/)) {
                const name = stream.current();
                return functions.has(name) ? "macroName" : given.has(name) ? "atom" : "name";
            }
            if (stream.match(WORD)) {
                return colourOfName(stream.current());
            }
            if (stream.match(/^(==|!=|<=|>=|\?\?|\/\/|[-+*/%<>?:])/)) {
                return "operator";
            }
            stream.next();
            return null;
        },
        languageData: { closeBrackets: { brackets: ["(", "[", '"', "'"] } },
    });
}

/** Bootstrap's text colours, so that the dark mode has its own. */
export function ruleHighlighting() {
    const { HighlightStyle, syntaxHighlighting, tags } = LifecycleCodeMirror;
    return syntaxHighlighting(
        HighlightStyle.define([
            { tag: tags.keyword, class: "o_rule_keyword" },
            { tag: tags.atom, class: "o_rule_atom" },
            { tag: tags.string, class: "o_rule_string" },
            { tag: tags.number, class: "o_rule_number" },
            { tag: tags.variableName, class: "o_rule_fact" },
            { tag: tags.labelName, class: "o_rule_saved" },
            { tag: tags.macroName, class: "o_rule_function" },
            { tag: tags.operator, class: "o_rule_operator" },
        ])
    );
}
