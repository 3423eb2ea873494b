import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useService } from "@web/core/utils/hooks";
import { RuleEditor } from "../rule_editor/rule_editor";
import { RuleModel } from "../rule_editor/rule_model";
import { RuleServer } from "../rule_editor/rule_server";

/** Asks for whom some words of a message are: conditions over customer data. */
export class ConditionDialog extends Component {
    static template = "lifecycle_programs.ConditionDialog";
    static components = { Dialog, RuleEditor };
    static props = {
        close: Function,
        message: Object,
        /** Takes the condition as a message writes it. */
        insert: Function,
    };

    setup() {
        const server = new RuleServer(useService("orm"), () => ({
            model: "lifecycle.message",
            resId: this.props.message.record.resId || false,
            field: "body",
            form: {},
        }));
        this.rule = useState(new RuleModel(server));
        this.state = useState({ problem: "" });
        onWillStart(async () => {
            await this.rule.loadSetup();
            await this.rule.load("");
        });
        onWillUnmount(() => this.rule.stop());
    }

    get canInsert() {
        return Boolean(this.rule.text.trim()) && this.rule.canBeSaved;
    }

    async onConfirm() {
        await this.rule.flush();
        if (!this.canInsert) {
            return;
        }
        const { condition, problem } = await this.props.message.makeCondition(this.rule.text);
        if (problem) {
            this.state.problem = problem;
            return;
        }
        this.props.close();
        this.props.insert(condition);
    }
}
