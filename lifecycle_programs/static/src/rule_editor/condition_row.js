import { Component, useState } from "@odoo/owl";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { ConditionValue } from "./condition_value";
import { isSavedRule } from "./rule_rows";

let lastId = 0;

/** A menu that looks for what was typed before it was open. */
class SearchMenu extends SelectMenu {
    async onBeforeOpen() {
        await this.onInput(this.state.searchValue || "");
    }

    onItemSelected(value) {
        // When it was drawn again since it opened, it has forgotten what stands in groups.
        const { choices, groups } = this.props;
        this.state.choices = [...choices, ...groups.flatMap((group) => group.choices)];
        super.onItemSelected(value);
    }
}

/** One condition: a fact, an operator and its values; or a saved rule. */
export class ConditionRow extends Component {
    static template = "lifecycle_programs.ConditionRow";
    static components = { ConditionValue, SearchMenu };
    static props = { rule: Object, node: Object, onChange: Function };

    setup() {
        this.rule = useState(this.props.rule);
        this.uid = `o_lifecycle_rule_row_${++lastId}`;
    }

    get isSavedRule() {
        return isSavedRule(this.props.node);
    }

    get fact() {
        return this.rule.setup.facts.find(({ name }) => name === this.props.node.fact);
    }

    get savedRules() {
        return this.rule.setup.macros.map(({ name, label }) => ({ value: name, label }));
    }

    get operators() {
        return this.operatorsOf(this.fact);
    }

    get operator() {
        return this.operators.find(({ code }) => code === this.props.node.operator);
    }

    /** The type of what is typed in, which need not be that of the fact. */
    get valueType() {
        return this.operator.value || this.fact.type.replace(/_list$/, "");
    }

    operatorsOf(fact) {
        return fact ? this.rule.setup.operators.filter(({ types }) => types.includes(fact.type)) : [];
    }

    setFact(name) {
        const facts = this.rule.setup.facts;
        const fact = facts.find((one) => one.name === name);
        const operators = this.operatorsOf(fact);
        const isSameType = this.fact?.type === fact.type;
        const fits = operators.some(({ code }) => code === this.props.node.operator);
        this.props.onChange((node) => ({
            ...node,
            fact: name,
            operator: fits ? node.operator : operators[0].code,
            // Texts are values of one fact; numbers may be meant for the next one, too.
            value: isSameType && !fact.type.startsWith("text") ? node.value : null,
        }));
    }

    setOperator(ev) {
        const code = ev.target.value;
        const before = this.operator;
        const after = this.operators.find((operator) => operator.code === code);
        const fits = before?.arity === after.arity && before?.value === after.value;
        this.props.onChange((node) => ({
            ...node,
            operator: code,
            value: fits ? node.value : null,
        }));
    }

    setValue(value) {
        this.props.onChange((node) => ({ ...node, value }));
    }

    setValueAt(index, value) {
        this.props.onChange((node) => {
            const values = Array.isArray(node.value) ? [...node.value] : [null, null];
            values[index] = value;
            return { ...node, value: values };
        });
    }

    setMacro(macro) {
        this.props.onChange((node) => ({ ...node, macro }));
    }

    setNegated(ev) {
        const negated = ev.target.value === "not";
        this.props.onChange((node) => ({ ...node, negated }));
    }
}
