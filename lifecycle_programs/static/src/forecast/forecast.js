import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatInteger } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const ICONS = { mail: "fa-envelope-o", sms: "fa-mobile", in_app: "fa-inbox", push: "fa-bell-o" };

/** What will go out in the next days, by day, program and channel. */
export class Forecast extends Component {
    static template = "lifecycle_programs.Forecast";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        this.state = useState({ week: null });
        onWillStart(async () => {
            this.state.week = await this.orm.call("lifecycle.forecast", "get_week", []);
        });
    }

    get days() {
        return this.state.week.days.map((day, index) => {
            const date = deserializeDate(day);
            return {
                key: day,
                weekday: index ? date.toFormat("ccc") : _t("Today"),
                date: date.toLocaleString({ day: "numeric", month: "short" }),
                isWeekend: date.weekday > 5,
            };
        });
    }

    getCells(program, day) {
        return (program.days[day.key] || []).map((cell) => ({
            ...cell,
            icon: ICONS[cell.channel] || "fa-paper-plane-o",
            text: this.getText(cell),
            label: _t("%(count)s × %(channel)s, %(program)s, %(day)s", {
                count: this.getText(cell),
                channel: this.state.week.channels[cell.channel],
                program: program.name,
                day: `${day.weekday} ${day.date}`,
            }),
        }));
    }

    getTotal(day) {
        const total = this.state.week.totals[day.key];
        return total ? this.getText(total) : "";
    }

    /** One number when all are on their way, else from how many to how many. */
    getText({ certain, possible }) {
        const most = formatInteger(possible);
        if (certain === possible) {
            return most;
        }
        return certain ? `${formatInteger(certain)}–${most}` : _t("up to %s", most);
    }

    openDay(day, program = null, channel = null) {
        const start = deserializeDate(day.key);
        const domain = [
            ["due_at", ">=", serializeDateTime(start)],
            ["due_at", "<", serializeDateTime(start.plus({ days: 1 }))],
        ];
        if (program) {
            domain.push(["program_id", "=", program.id]);
        }
        if (channel) {
            domain.push(["channel", "=", channel]);
        }
        this.open(domain, `${day.weekday} ${day.date}`);
    }

    openProgram(program) {
        this.open([["program_id", "=", program.id]], program.name);
    }

    open(domain, name) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "lifecycle.forecast",
            views: [
                [false, "list"],
                [false, "pivot"],
            ],
            domain,
        });
    }

    openList() {
        return this.action.doAction("lifecycle_programs.lifecycle_forecast_list_action");
    }

    openPivot() {
        return this.action.doAction("lifecycle_programs.lifecycle_forecast_list_action", {
            viewType: "pivot",
        });
    }

    openPrograms() {
        return this.action.doAction("lifecycle_programs.lifecycle_program_action");
    }
}

registry.category("actions").add("lifecycle_forecast", Forecast);
