import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const { DateTime } = luxon;

/**
 * Everything that happened to a contact, newest first, and what comes next. The server
 * gives a page at a time; a filter asks anew, and an answer that comes too late for the
 * filter that is chosen now is dropped.
 */
export class Timeline extends Component {
    static template = "lifecycle_programs.Timeline";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        this.state = useState({
            name: "",
            kinds: [],
            kind: null,
            upcoming: [],
            entries: [],
            cursor: null,
            isLoading: true,
        });
        this.turn = 0;
        onWillStart(() => this.load());
    }

    get model() {
        return this.props.action.params?.model || "res.partner";
    }

    get recordId() {
        return this.props.action.context.active_id || false;
    }

    async load(cursor = null) {
        const turn = ++this.turn;
        this.state.isLoading = true;
        const page = await this.orm.call("lifecycle.timeline", "get_page", [
            this.model,
            this.recordId,
            this.state.kind && [this.state.kind],
            cursor,
        ]);
        if (turn !== this.turn) {
            return;
        }
        const entries = page.entries.map((entry) => this.read(entry));
        this.state.entries = cursor ? [...this.state.entries, ...entries] : entries;
        this.state.cursor = page.cursor;
        this.state.isLoading = false;
        if (!cursor) {
            this.state.kinds = page.kinds;
            this.state.upcoming = page.upcoming.map((entry) => this.read(entry));
            this.state.name = page.name;
            this.env.config.setDisplayName(page.name ? _t("Timeline: %s", page.name) : _t("Timeline"));
        }
    }

    read(entry) {
        const at = deserializeDateTime(entry.at);
        return {
            ...entry,
            day: at.toLocaleString({ weekday: "short", ...DateTime.DATE_MED }),
            time: at.toLocaleString(DateTime.TIME_SIMPLE),
            iso: at.toISO(),
        };
    }

    /** The entries by day, in their order. */
    get days() {
        const days = [];
        for (const entry of this.state.entries) {
            if (days.at(-1)?.day !== entry.day) {
                days.push({ day: entry.day, entries: [] });
            }
            days.at(-1).entries.push(entry);
        }
        return days;
    }

    filter(kind) {
        this.state.kind = this.state.kind === kind ? null : kind;
        return this.load();
    }

    more() {
        return this.load(this.state.cursor);
    }

    async open(entry) {
        if (entry.message) {
            const dialog = await this.orm.call("lifecycle.step.run", "action_show_message", [
                [entry.message],
            ]);
            return this.action.doAction({ ...dialog, views: [[false, "form"]] });
        }
        const [model, id] = entry.record;
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("lifecycle_timeline", Timeline);
