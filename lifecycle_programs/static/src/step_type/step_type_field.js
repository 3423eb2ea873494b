import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The type of a step in a list: its icon and its name. */
export class StepTypeField extends Component {
    static template = "lifecycle_programs.StepTypeField";
    static props = { ...standardFieldProps };

    get label() {
        const { record, name } = this.props;
        const options = record.fields[name].selection;
        return options.find(([code]) => code === record.data[name])?.[1] || "";
    }

    get icon() {
        return this.props.record.data.icon || "fa-circle-o";
    }
}

export const stepTypeField = {
    component: StepTypeField,
    displayName: _t("Step type with its icon"),
    supportedTypes: ["selection"],
    fieldDependencies: [{ name: "icon", type: "char" }],
};

registry.category("fields").add("lifecycle_step_type", stepTypeField);
