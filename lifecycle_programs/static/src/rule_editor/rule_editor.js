import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Audience } from "./audience";
import { ConditionGroup } from "./condition_group";
import { ExpressionEditor } from "./expression_editor";

let lastId = 0;

/**
 * A rule on the screen: conditions first, the expression behind "Advanced"; below it
 * what it means in words, beside it how many contacts match.
 */
export class RuleEditor extends Component {
    static template = "lifecycle_programs.RuleEditor";
    static components = { Audience, ConditionGroup, ExpressionEditor };
    static props = {
        rule: Object,
        id: { type: String, optional: true },
        label: { type: String, optional: true },
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.rule = useState(this.props.rule);
        this.state = useState({ advanced: false });
        this.uid = `o_lifecycle_rule_${++lastId}`;
    }

    /** The rows cannot show every expression; that one is then shown as it is. */
    get isExpression() {
        return this.state.advanced || !this.rule.rows;
    }

    get words() {
        if (!this.rule.text.trim()) {
            return _t("Everybody: there is no condition yet.");
        }
        return this.rule.description;
    }

    showConditions() {
        this.state.advanced = false;
    }

    showExpression() {
        this.state.advanced = true;
    }

    onTabKeydown(ev) {
        if (ev.key === "ArrowLeft" || ev.key === "ArrowRight") {
            this.state.advanced = !this.state.advanced;
            const tabs = ev.currentTarget.querySelectorAll("[role=tab]");
            tabs[this.state.advanced ? 1 : 0].focus();
        }
    }

    replace({ start, end, replacement }) {
        const text = this.rule.text;
        this.rule.setText(text.slice(0, start) + replacement + text.slice(end));
    }
}
