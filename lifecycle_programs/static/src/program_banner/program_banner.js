import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** The way to the first program; its steps tick themselves. */
export class ProgramBanner extends Component {
    static template = "lifecycle_programs.ProgramBanner";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ steps: null });
        onWillStart(async () => {
            this.state.steps = await this.call("get_banner");
        });
    }

    call(method, ...args) {
        return this.orm.call("lifecycle.gallery", method, args);
    }

    get next() {
        return this.state.steps.find((step) => !step.is_done)?.key;
    }

    async open(key) {
        this.action.doAction(await this.call("open_banner_step", key), {
            onClose: async () => {
                this.state.steps = await this.call("get_banner");
            },
        });
    }

    async close() {
        await this.call("close_banner");
        this.state.steps = null;
    }
}

export class ProgramKanbanRenderer extends KanbanRenderer {
    static template = "lifecycle_programs.ProgramKanbanRenderer";
    static components = { ...KanbanRenderer.components, ProgramBanner };
}

export class ProgramListRenderer extends ListRenderer {
    static template = "lifecycle_programs.ProgramListRenderer";
    static components = { ...ListRenderer.components, ProgramBanner };
}

registry
    .category("views")
    .add("lifecycle_program_kanban", { ...kanbanView, Renderer: ProgramKanbanRenderer })
    .add("lifecycle_program_list", { ...listView, Renderer: ProgramListRenderer });
