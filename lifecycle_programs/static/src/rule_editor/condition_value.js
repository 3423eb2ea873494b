import { Component, status, useEffect, useRef, useState } from "@odoo/owl";
import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { _t } from "@web/core/l10n/translation";
import { TagsList } from "@web/core/tags_list/tags_list";

let lastId = 0;

const INPUT_TYPES = { number: "number", days: "number", date: "date", datetime: "datetime-local" };

/** The value of a condition: typed in, chosen, several of them, or a program's number. */
export class ConditionValue extends Component {
    static template = "lifecycle_programs.ConditionValue";
    static components = { AutoComplete, TagsList };
    static props = {
        rule: Object,
        fact: Object,
        /** number, days, text, boolean, date or datetime */
        type: String,
        value: { optional: true },
        many: { type: Boolean, optional: true },
        label: String,
        onChange: Function,
    };

    setup() {
        this.rule = useState(this.props.rule);
        this.state = useState({ labels: {} });
        this.input = useRef("input");
        this.uid = `o_lifecycle_rule_value_${++lastId}`;
        // What is being typed ("1." on the way to 1.5) is not written over.
        useEffect(() => {
            const el = this.input.el;
            if (el && el !== document.activeElement && !this.props.many) {
                el.value = this.text;
            }
        });
    }

    get inputType() {
        return INPUT_TYPES[this.props.type] || "text";
    }

    get isText() {
        return this.props.type === "text";
    }

    get isNumber() {
        return this.inputType === "number";
    }

    get unit() {
        return this.props.type === "days" ? _t("days") : this.props.fact.unit;
    }

    /** The numbers of the program, which may stand for a value. */
    get numbers() {
        return this.isNumber && !this.props.many ? this.rule.setup.numbers : [];
    }

    get param() {
        return this.props.value?.param;
    }

    get text() {
        const value = this.props.value;
        if (value === null || value === undefined || this.props.many) {
            return "";
        }
        if (this.props.type === "datetime") {
            // Without a time, a day begins at midnight.
            return value.includes("T") ? value.replace(/Z$/, "") : `${value}T00:00`;
        }
        return String(value);
    }

    get tags() {
        const values = this.props.value || [];
        return values.map((value, index) => ({
            id: `${index}_${value}`,
            text: this.state.labels[value] || String(value),
            onDelete: () => this.props.onChange(values.filter((_one, n) => n !== index)),
        }));
    }

    get sources() {
        return [{ options: (term) => this.complete(term), placeholder: _t("Looking up…") }];
    }

    describeNumber({ label, value, unit }) {
        return `${label} (${[value, unit].filter((part) => part !== "").join(" ")})`;
    }

    async complete(term) {
        if (!this.props.fact.has_values) {
            return [];
        }
        const found = await this.rule.server.completeValues(this.props.fact.name, term);
        return found.map(({ value, label }) => ({
            label: label === value ? label : `${label} (${value})`,
            onSelect: () => this.choose(value, label),
        }));
    }

    choose(value, label) {
        this.state.labels[value] = label;
        this.props.many ? this.add(value) : this.props.onChange(value);
    }

    add(value) {
        const values = this.props.value || [];
        if (value !== null && !values.includes(value)) {
            this.props.onChange([...values, value]);
        }
    }

    setNumber(ev) {
        const code = ev.target.value;
        this.props.onChange(code ? { param: code } : null);
    }

    /** A value of its own type, or null when nothing usable stands there. */
    parse(text) {
        if (text === "") {
            return null;
        }
        if (this.isNumber) {
            const number = Number(text);
            return Number.isFinite(number) ? number : null;
        }
        return text;
    }

    onInput(ev) {
        if (!this.props.many) {
            this.props.onChange(this.parse(ev.target.value));
        }
    }

    /** Text is taken as it is typed, so that a save right afterwards has it. */
    onTextInput(ev) {
        if (!this.props.many) {
            this.props.onChange(this.parse(ev.target.value));
        }
    }

    onKeydown(ev) {
        if (!this.props.many || this.isMenuOpen(ev.currentTarget)) {
            return;
        }
        const input = ev.target;
        if (ev.key === "Enter" && input.value.trim()) {
            ev.preventDefault();
            this.takeInput(input);
        } else if (ev.key === "Backspace" && !input.value && this.props.value?.length) {
            this.props.onChange(this.props.value.slice(0, -1));
        }
    }

    /** What was typed and not confirmed counts, unless a click into the menu follows. */
    onFocusout({ target }) {
        if (this.props.many) {
            setTimeout(() => target !== document.activeElement && this.takeInput(target), 200);
        }
    }

    isMenuOpen(el) {
        return Boolean(el.querySelector(".o-autocomplete--dropdown-menu"));
    }

    takeInput(input) {
        const value = this.parse(input.value.trim());
        input.value = "";
        if (status(this) === "mounted") {
            this.add(value);
        }
    }
}
