import { Component, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { RuleEditor } from "./rule_editor";
import { RuleModel } from "./rule_model";
import { RuleServer, getPlace } from "./rule_server";

/** A rule in a form. Its value is the expression. */
export class RuleField extends Component {
    static template = "lifecycle_programs.RuleField";
    static components = { RuleEditor };
    static props = {
        ...standardFieldProps,
        context: { type: Object, optional: true },
        placeholder: { type: String, optional: true },
    };

    setup() {
        const server = new RuleServer(useService("orm"), () =>
            getPlace(this.props.record, this.props.name, this.props.context)
        );
        this.rule = useState(
            new RuleModel(server, {
                onEdited: () => this.onEdited(),
                onChecked: () => this.onChecked(),
            })
        );
        this.isDirty = false;
        this.known = null;
        this.knownPlace = null;
        useRecordObserver((record) => this.onRecord(record));
        const { bus } = this.props.record.model;
        useBus(bus, "WILL_SAVE_URGENTLY", () => this.sendText());
        useBus(bus, "NEED_LOCAL_CHANGES", ({ detail }) => detail.proms.push(this.commit()));
        // What was written is not lost with the page of the notebook that it stands on.
        onWillUnmount(() => (this.isDirty ? this.commit() : this.rule.stop()));
    }

    get label() {
        return this.props.record.fields[this.props.name].string;
    }

    /** The record was loaded, discarded or changed by somebody else. */
    onRecord(record) {
        const value = record.data[this.props.name] || "";
        const place = JSON.stringify(getPlace(record, this.props.name, this.props.context));
        const isOther = value !== this.known;
        if (place !== this.knownPlace && !this.props.readonly) {
            this.rule.loadSetup();
        }
        if (isOther || (place !== this.knownPlace && !this.isDirty)) {
            this.isDirty = this.isDirty && !isOther;
            this.rule.load(isOther ? value : this.rule.text);
        }
        this.known = value;
        this.knownPlace = place;
    }

    onEdited() {
        this.isDirty = true;
        this.props.record.model.bus.trigger("FIELD_IS_DIRTY", true);
    }

    /** Only what somebody has changed blocks a save. */
    async onChecked() {
        if (!this.isDirty) {
            return;
        }
        // First the value: taking it over makes the field valid again.
        await this.sendText();
        const { record, name } = this.props;
        if (!this.rule.canBeSaved) {
            await record.setInvalidField(name);
        } else if (record.isFieldInvalid(name)) {
            await record.resetFieldValidity(name);
        }
    }

    /** Before a save: what was written last is checked and handed over. */
    async commit() {
        if (this.isDirty) {
            await this.rule.flush();
        }
    }

    sendText() {
        if (!this.isDirty || this.props.readonly) {
            return;
        }
        this.isDirty = !this.rule.checked;
        this.known = this.rule.text;
        const { record, name } = this.props;
        const updated = record.update({ [name]: this.rule.text || false });
        record.model.bus.trigger("FIELD_IS_DIRTY", false);
        return updated;
    }
}

export const ruleField = {
    component: RuleField,
    displayName: _t("Rule over customer data"),
    supportedTypes: ["text", "char"],
    isEmpty: () => false,
    extractProps: ({ placeholder }, dynamicInfo) => ({
        placeholder,
        context: dynamicInfo.context,
    }),
};

registry.category("fields").add("lifecycle_rule", ruleField);
