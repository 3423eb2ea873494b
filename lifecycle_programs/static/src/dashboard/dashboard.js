import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { compareRate, formatAmounts, formatCount, formatShare, RATES } from "./dashboard_numbers";
import { StageCircle } from "./stage_circle";
import { TimeBars } from "./time_bars";

const { DateTime } = luxon;
const MODEL = "lifecycle.dashboard";
/** Which records stand behind a number, and the moment that the period is about. */
const RECORDS = {
    active: {
        label: () => _t("In program"),
        model: "lifecycle.enrolment",
        domain: [["state", "=", "active"]],
    },
    errors: {
        label: () => _t("At an error"),
        model: "lifecycle.enrolment",
        domain: [["state", "=", "error"]],
    },
    entered: { label: () => _t("Entered"), model: "lifecycle.enrolment", moment: "entered_at" },
    goals: { label: () => _t("Goal reached"), model: "lifecycle.enrolment", moment: "goal_at" },
    messages: { label: () => _t("Messages"), model: "lifecycle.report", measure: "messages" },
    opened: { label: () => _t("Opened"), model: "lifecycle.report", measure: "opened" },
    clicked: { label: () => _t("Clicked"), model: "lifecycle.report", measure: "clicked" },
    unsubscribed: {
        label: () => _t("Unsubscribed"),
        model: "lifecycle.report",
        measure: "unsubscribed",
    },
    revenue: {
        label: () => _t("Purchases after messages"),
        model: "lifecycle.credit",
        moment: "purchased_at",
    },
};
const LEVELS = {
    danger: { icon: "fa-exclamation-circle text-danger", label: () => _t("Urgent") },
    warning: { icon: "fa-exclamation-triangle text-warning", label: () => _t("Important") },
    info: { icon: "fa-info-circle text-info", label: () => _t("To do") },
};

/**
 * The first page of the app: where customers stand, what programs bring, and what
 * somebody has to look at. Every number leads to its records.
 */
export class LifecycleDashboard extends Component {
    static template = "lifecycle_programs.Dashboard";
    static components = { ControlPanel, StageCircle, TimeBars };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({
            asked: { period: "30", company_id: false, first: false, last: false },
            data: null,
            isLoading: false,
            isCounting: false,
        });
        Object.assign(this.state.asked, this.props.state?.asked);
        useSetupAction({ getLocalState: () => ({ asked: { ...this.state.asked } }) });
        this.formatCount = formatCount;
        this.formatShare = formatShare;
        this.formatAmounts = formatAmounts;
        onWillStart(() => this.load());
    }

    // ------------------------------------------------------------
    // LOAD
    // ------------------------------------------------------------

    async load() {
        this.state.isLoading = true;
        this.state.isCounting = false;
        try {
            const data = await this.keepLast.add(this.ask(this.orm, "get_data"));
            this.state.data = data;
            this.state.asked.first = data.period.first;
            this.state.asked.last = data.period.last;
        } finally {
            this.state.isLoading = false;
        }
        if (this.state.data.is_old) {
            this.refresh();
        }
    }

    /** What takes long to count comes behind, while the page can be read. */
    async refresh() {
        this.state.isCounting = true;
        try {
            this.state.data = await this.keepLast.add(this.ask(this.orm.silent, "refresh"));
        } finally {
            this.state.isCounting = false;
        }
    }

    ask(orm, method) {
        const { period, company_id: companyId, first, last } = this.state.asked;
        const days = period === "custom" ? [first, last] : [null, null];
        return orm.call(MODEL, method, [period, companyId || null, ...days]);
    }

    setPeriod(period) {
        this.state.asked.period = period;
        return this.load();
    }

    setCompany(ev) {
        this.state.asked.company_id = Number(ev.target.value) || false;
        return this.load();
    }

    setDay(name, ev) {
        const { asked } = this.state;
        asked[name] = ev.target.value;
        if (asked.first && asked.last && asked.first <= asked.last) {
            return this.setPeriod("custom");
        }
    }

    // ------------------------------------------------------------
    // SHOW
    // ------------------------------------------------------------

    get periods() {
        return [
            { code: "month", label: _t("This month") },
            { code: "30", label: _t("30 days") },
            { code: "90", label: _t("90 days") },
            { code: "365", label: _t("365 days") },
            { code: "custom", label: _t("Own dates") },
        ];
    }

    get tiles() {
        const { totals } = this.state.data;
        return [
            { name: "active", label: _t("People in programs now"), value: totals.active },
            { name: "entered", label: _t("Entered"), value: totals.entered },
            {
                name: "goals",
                label: _t("Goal reached"),
                value: totals.goals,
                note: this.goalShare(totals),
            },
            { name: "messages", label: _t("Messages sent"), value: totals.messages },
            {
                name: "revenue",
                label: _t("Revenue after messages"),
                text: formatAmounts(totals.revenue),
                note: this.purchasesNote(totals),
            },
        ];
    }

    goalShare(numbers) {
        return numbers.entered && numbers.goals <= numbers.entered
            ? _t("%s of entries", formatShare(numbers.goals / numbers.entered))
            : "";
    }

    purchasesNote({ purchases }) {
        const days = this.state.data.credit_days.join("–");
        return _t("%(purchases)s purchases within %(days)s days", {
            purchases: formatCount(purchases),
            days,
        });
    }

    get rates() {
        const { totals } = this.state.data;
        return this.ratesOf(totals).map((rate) => {
            // The benchmark stands in the middle of the bar.
            const benchmark = this.state.data.benchmarks[rate.name] / 100;
            const width = Math.min(100, (50 * (rate.share || 0)) / benchmark);
            return { ...rate, width };
        });
    }

    ratesOf(numbers) {
        const { benchmarks } = this.state.data;
        return RATES.map((rate) => compareRate(numbers, rate, benchmarks[rate.name]));
    }

    get programs() {
        return this.state.data.programs.map((program) => ({
            ...program,
            rates: this.ratesOf(program),
            amount: formatAmounts([
                { amount: program.revenue, currency_id: program.currency_id },
            ]),
        }));
    }

    get badges() {
        return {
            draft: "text-bg-secondary",
            running: "text-bg-success",
            paused: "text-bg-warning",
            closed: "text-bg-secondary",
        };
    }

    get attention() {
        return this.state.data.attention.map((item) => ({
            ...item,
            icon: LEVELS[item.level].icon,
            levelLabel: LEVELS[item.level].label(),
        }));
    }

    get moves() {
        const { stages, moves } = this.state.data.stages;
        const names = Object.fromEntries(stages.map(({ code, name }) => [code, name]));
        return moves
            .slice(0, 8)
            .map((move) => ({ ...move, fromName: names[move.from], toName: names[move.to] }));
    }

    get countedAt() {
        const { counted_at: countedAt } = this.state.data.stages;
        return countedAt
            ? deserializeDateTime(countedAt).toLocaleString(DateTime.DATETIME_SHORT)
            : "";
    }

    // ------------------------------------------------------------
    // OPEN
    // ------------------------------------------------------------

    /** The records behind a number: of a program, or of all that are shown. */
    openNumber(name, program = null) {
        const { label, model, measure, moment = measure && "date", domain = [] } = RECORDS[name];
        const { period, company_ids: companyIds } = this.state.data;
        const conditions = [
            program ? ["program_id", "=", program.id] : ["company_id", "in", companyIds],
            ...domain,
        ];
        if (measure) {
            conditions.push([measure, "=", 1]);
        }
        if (moment) {
            conditions.push([moment, ">=", period.start], [moment, "<", period.end]);
        }
        const views = model === "lifecycle.enrolment" ? ["form"] : ["pivot", "graph"];
        return this.openList(
            program ? `${program.name}: ${label()}` : label(),
            model,
            conditions,
            ["list", ...views]
        );
    }

    openList(name, model, domain, views, context = {}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            domain,
            views: views.map((view) => [false, view]),
            context,
            target: "current",
        });
    }

    openProgram(program) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: program.name,
            res_model: "lifecycle.program",
            res_id: program.id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    openStage(stage) {
        return this.openContacts(stage.name, [["lifecycle_stage", "=", stage.code]]);
    }

    openMove({ from, to }) {
        const { stages } = this.state.data.stages;
        const name = (code) => stages.find((stage) => stage.code === code).name;
        return this.openContacts(`${name(from)} → ${name(to)}`, [
            ["lifecycle_stage_before", "=", from],
            ["lifecycle_stage", "=", to],
        ]);
    }

    openContacts(name, domain) {
        const { company_id: companyId, from, to } = this.state.data.stages;
        return this.openList(name, "res.partner", domain, ["list", "kanban", "form"], {
            lifecycle_stage_moments: [companyId, from, to],
        });
    }

    openItem(item) {
        return this.action.doAction(item.action);
    }

    openNext() {
        return this.action.doAction(this.state.data.next_action);
    }

    openReport() {
        return this.action.doAction("lifecycle_programs.lifecycle_report_numbers_action");
    }
}

registry.category("actions").add("lifecycle_dashboard", LifecycleDashboard);
