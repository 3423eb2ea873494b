import { registry } from "@web/core/registry";
import { KanbanRecord } from "@web/views/kanban/kanban_record";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { useViewButtons } from "@web/views/view_button/view_button_hook";

/**
 * An answered card stays where it is, muted, until the page is opened again. Were the
 * whole page read anew, as Odoo does, the card would be gone at once and the next
 * customer's buttons under the finger that has just answered.
 */
export class ReadyRecord extends KanbanRecord {
    setup() {
        super.setup();
        useViewButtons(this.rootRef, { reload: () => this.props.record.load() });
    }

    getRecordClasses() {
        const isOpen = this.props.record.data.state === "open";
        return super.getRecordClasses() + (isOpen ? "" : " o_lifecycle_answered");
    }
}

export class ReadyRenderer extends KanbanRenderer {
    static components = { ...KanbanRenderer.components, KanbanRecord: ReadyRecord };
}

registry
    .category("views")
    .add("lifecycle_ready_kanban", { ...kanbanView, Renderer: ReadyRenderer });
