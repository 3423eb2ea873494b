import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useOwnedDialogs, useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { RuleEditor } from "./rule_editor";
import { RuleModel } from "./rule_model";
import { RuleServer, getPlace } from "./rule_server";
import { ruleField } from "./rule_field";

/** The whole editor in a dialog, for rules that stand in the row of a list. */
export class RuleDialog extends Component {
    static template = "lifecycle_programs.RuleDialog";
    static components = { Dialog, RuleEditor };
    static props = {
        server: Object,
        text: String,
        label: String,
        onApply: Function,
        close: Function,
    };

    setup() {
        this.rule = useState(new RuleModel(this.props.server));
        this.rule.loadSetup();
        this.rule.load(this.props.text);
        onWillUnmount(() => this.rule.stop());
    }

    async apply() {
        await this.rule.flush();
        if (this.rule.canBeSaved) {
            await this.props.onApply(this.rule.text);
            this.props.close();
        }
    }
}

/** A rule in a list: its text, and a button to edit it. */
export class RuleListField extends Component {
    static template = "lifecycle_programs.RuleListField";
    static props = { ...standardFieldProps, "*": true };

    setup() {
        const orm = useService("orm");
        this.server = new RuleServer(orm, () =>
            getPlace(this.props.record, this.props.name, this.props.context)
        );
        this.addDialog = useOwnedDialogs();
    }

    get text() {
        return this.props.record.data[this.props.name] || "";
    }

    edit() {
        const { record, name } = this.props;
        this.addDialog(RuleDialog, {
            server: this.server,
            text: this.text,
            label: record.fields[name].string,
            onApply: (text) => record.update({ [name]: text || false }),
        });
    }
}

export const ruleListField = {
    ...ruleField,
    component: RuleListField,
    displayName: _t("Rule over customer data"),
};

registry.category("fields").add("list.lifecycle_rule", ruleListField);
