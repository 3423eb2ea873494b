import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";

const COUNT_DELAY = 400;

/** The two or three questions of a card, who would enter, and then the draft. */
export class UseDialog extends Component {
    static template = "lifecycle_programs.UseDialog";
    static components = { AutoComplete, Dialog, RecordSelector };
    static props = { card: Object, onUse: Function, close: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ answers: {}, count: null, isBusy: false });
        this.turn = 0;
        onWillStart(async () => {
            this.questions = await this.ask("get_questions");
            for (const { name, value } of this.questions) {
                this.state.answers[name] = value;
            }
            this.refresh(0);
        });
        onWillUnmount(() => this.stop());
    }

    ask(method, ...args) {
        return this.orm.call("lifecycle.gallery", method, [this.props.card.key, ...args]);
    }

    get missing() {
        return this.questions.filter(({ is_required, name }) => {
            return is_required && !this.state.answers[name];
        });
    }

    get isReady() {
        return !this.missing.length && !this.state.isBusy;
    }

    // ------------------------------------------------------------
    // Who would enter
    // ------------------------------------------------------------

    stop() {
        this.turn++;
        clearTimeout(this.timer);
    }

    /** Count again, unless the answers change before it is time. */
    refresh(delay = COUNT_DELAY) {
        this.stop();
        const turn = this.turn;
        this.timer = setTimeout(async () => {
            const count = await this.ask("count", { ...this.state.answers });
            if (turn === this.turn) {
                this.state.count = count;
            }
        }, delay);
    }

    get number() {
        const { count } = this.state;
        return count && !count.reason ? formatInteger(count.count) : "";
    }

    get explanation() {
        const { count } = this.state;
        if (!count) {
            return _t("Counting…");
        }
        if (count.reason) {
            return count.reason;
        }
        if (count.kind === "now") {
            return _t("contacts match today and would enter");
        }
        if (count.kind === "recent") {
            return _t("contacts to whom it happened in the last 30 days; new ones enter as it happens");
        }
        return _t("Somebody adds people by hand, or another program does.");
    }

    // ------------------------------------------------------------
    // Answers
    // ------------------------------------------------------------

    answer(question, value) {
        this.state.answers[question.name] = value;
        this.refresh();
    }

    setNumber(question, ev) {
        const value = ev.target.valueAsNumber;
        this.answer(question, Number.isFinite(value) ? value : 0);
    }

    setYesNo(question, ev) {
        this.answer(question, ev.target.checked ? 1 : 0);
    }

    sourcesOf(question) {
        return [
            {
                placeholder: _t("Looking up…"),
                options: async (term) => {
                    const found = await this.orm.call("lifecycle.rule.editor", "complete_values", [
                        question.fact,
                        term,
                    ]);
                    return found.map(({ value, label }) => ({
                        label,
                        onSelect: () => this.answer(question, value),
                    }));
                },
            },
        ];
    }

    setText(question, ev) {
        this.answer(question, ev.target.value.trim());
    }

    discountOf(question) {
        const { id, percent } = this.state.answers[question.name];
        return id ? String(id) : percent ? "new" : "";
    }

    setDiscount(question, ev) {
        const { value } = ev.target;
        const isNew = value === "new";
        this.answer(question, {
            id: value && !isNew ? Number(value) : false,
            percent: isNew ? question.percent : 0,
        });
    }

    setPercent(question, ev) {
        const percent = Math.min(Math.max(ev.target.valueAsNumber || 0, 0), 100);
        this.answer(question, { id: false, percent });
    }

    // ------------------------------------------------------------
    // The draft
    // ------------------------------------------------------------

    async use() {
        this.state.isBusy = true;
        try {
            const action = await this.ask("use", { ...this.state.answers });
            this.props.close();
            await this.props.onUse(action);
        } finally {
            this.state.isBusy = false;
        }
    }
}
