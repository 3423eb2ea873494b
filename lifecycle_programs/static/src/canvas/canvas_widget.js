import { Component, toRaw } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { JourneyCanvas } from "./journey_canvas";

// What can be undone lives as long as the form: going to another page of it, and back,
// makes a new canvas.
const historiesByForm = new WeakMap();

/** The canvas in the form of a program (its draft, else the version in use) or of a
 * version. */
export class CanvasWidget extends Component {
    static template = "lifecycle_programs.CanvasWidget";
    static components = { JourneyCanvas };
    static props = { ...standardWidgetProps };

    get versionId() {
        const { resModel, resId, data } = this.props.record;
        if (resModel === "lifecycle.version") {
            return resId;
        }
        return data.draft_version_id?.id || data.version_id?.id || false;
    }

    /** Another after each saving and each publishing; empty while the form is edited. */
    get stamp() {
        const { data, dirty } = this.props.record;
        const versions = [data.draft_version_id?.id, data.version_id?.id];
        return dirty ? "" : [...versions, data.state].join();
    }

    get histories() {
        // Each component sees the record through a proxy of its own.
        const model = toRaw(this.props.record.model);
        if (!historiesByForm.has(model)) {
            historiesByForm.set(model, new Map());
        }
        return historiesByForm.get(model);
    }

    /** What the form holds is saved first, as its list of steps is about to change. */
    async beforeChange() {
        const { record } = this.props;
        return (await record.isDirty()) ? record.save() : true;
    }

    async onChanged() {
        if (!(await this.props.record.isDirty())) {
            await this.props.record.load();
        }
    }
}

registry.category("view_widgets").add("lifecycle_canvas", { component: CanvasWidget });
