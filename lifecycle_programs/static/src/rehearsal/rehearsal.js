import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const ICONS = {
    enter: "fa-sign-in text-success",
    inside: "fa-user text-info",
    out: "fa-ban text-warning",
    message: "fa-envelope-o text-success",
    action: "fa-check text-success",
    branch: "fa-code-fork text-muted",
    held: "fa-clock-o text-warning",
    skipped: "fa-step-forward text-warning",
    failed: "fa-exclamation-triangle text-danger",
    stays: "fa-hourglass-half text-muted",
    end: "fa-flag-checkered text-muted",
};

/** A rehearsal: it is run group by group, and shows what would happen to whom. */
export class Rehearsal extends Component {
    static template = "lifecycle_programs.Rehearsal";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        // Not there any more when the page was loaded again.
        this.id = this.props.action.params?.rehearsal_id;
        this.state = useState({
            result: null,
            partnerId: this.props.state?.partnerId,
            open: {},
            isRunning: false,
        });
        onWillStart(() => this.id && this.refresh());
        onWillUnmount(() => {
            this.isStopped = true;
        });
        if (this.id) {
            this.run();
        }
    }

    get person() {
        const { people } = this.state.result;
        return people.find((one) => one.id === this.state.partnerId) || people[0];
    }

    get percent() {
        const { done, total } = this.state.result;
        return total ? Math.round((100 * done) / total) : 100;
    }

    get headline() {
        const { who, start, found, total, days } = this.state.result;
        if (who === "chosen") {
            return _t("People you chose: %(total)s, over %(days)s days", { total, days });
        }
        if (start === "schedule") {
            return _t("Would enter now: %(found)s; rehearsed: %(total)s, over %(days)s days", {
                found,
                total,
                days,
            });
        }
        return _t("As if they entered now: %(total)s, over %(days)s days", { total, days });
    }

    /** Ask for group after group, until all have been rehearsed or somebody stops it. */
    async run() {
        this.isStopped = false;
        this.state.isRunning = true;
        try {
            let rest = 1;
            while (rest && !this.isStopped) {
                rest = await this.orm.silent.call("lifecycle.rehearsal", "run_next", [[this.id]]);
                if (!this.isStopped) {
                    await this.refresh();
                }
            }
        } finally {
            this.state.isRunning = false;
        }
    }

    stop() {
        this.isStopped = true;
    }

    async refresh() {
        this.state.result = await this.orm.silent.call("lifecycle.rehearsal", "get_result", [
            [this.id],
        ]);
    }

    getIcon(line) {
        return line.kind === "message" && line.channel === "sms"
            ? "fa-mobile text-success"
            : ICONS[line.kind];
    }

    getMoment(line) {
        return toLocaleDateTimeString(deserializeDateTime(line.at));
    }

    getDay(line) {
        return _t("Day %s", line.day);
    }

    select(person) {
        this.state.partnerId = person.id;
    }

    async toggle(line) {
        if (this.state.open[line.id]) {
            delete this.state.open[line.id];
        } else {
            this.state.open[line.id] = await this.orm.call("lifecycle.rehearsal.line", "get_text", [
                [line.id],
            ]);
        }
    }

    async openLines() {
        this.action.doAction(
            await this.orm.call("lifecycle.rehearsal", "action_open_lines", [[this.id]])
        );
    }

    async rehearseAgain() {
        const { program_id: programId } = this.state.result;
        this.stop();
        this.action.doAction(
            await this.orm.call("lifecycle.program", "action_rehearse", [[programId]])
        );
    }

    openPrograms() {
        return this.action.doAction("lifecycle_programs.lifecycle_program_action");
    }

    openPartner(person) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: person.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("lifecycle_rehearsal", Rehearsal);
