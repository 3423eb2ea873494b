import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";

const ESTIMATE_DELAY = 50;
const COUNT_DELAY = 500;

/**
 * How many contacts a rule matches: guessed from a sample at once, then counted; on
 * demand who they are, and how many pass each condition. An answer that comes too late
 * for what is written now is dropped.
 */
export class Audience extends Component {
    static template = "lifecycle_programs.Audience";
    static props = { rule: Object };

    setup() {
        this.rule = useState(this.props.rule);
        this.state = useState({ estimate: null, count: null, contacts: null, isOpen: false });
        this.turn = 0;
        this.calls = [];
        useEffect(
            () => this.refresh(),
            () => [this.rule.text, this.rule.canBeSaved && this.rule.checked, this.rule.setup]
        );
        onWillUnmount(() => this.cancel());
    }

    get reason() {
        return this.state.count?.reason || this.state.estimate?.reason;
    }

    get note() {
        return this.state.estimate?.note;
    }

    get isExact() {
        return this.state.count?.count !== undefined || Boolean(this.state.estimate?.exact);
    }

    get number() {
        const count = this.isExact
            ? this.state.count?.count ?? this.state.estimate.count
            : this.state.estimate?.count;
        return count === undefined ? null : formatInteger(count);
    }

    get explanation() {
        if (this.isExact) {
            return _t("contacts match now");
        }
        return this.state.count?.reason
            ? _t("contacts match, as a sample says")
            : _t("contacts match, as a sample says; counting…");
    }

    get total() {
        return this.state.estimate?.total && formatInteger(this.state.estimate.total);
    }

    get clauses() {
        const { clauses = [], sample } = this.state.estimate || {};
        return clauses.map((clause) => ({
            ...clause,
            percent: sample ? Math.round((100 * clause.count) / sample) : 0,
        }));
    }

    refresh() {
        this.cancel();
        if (!this.rule.canBeSaved || !this.rule.checked) {
            return;
        }
        const turn = this.turn;
        this.timer = setTimeout(() => this.estimate(turn), ESTIMATE_DELAY);
    }

    cancel() {
        this.turn++;
        clearTimeout(this.timer);
        for (const call of this.calls.splice(0)) {
            call.abort(false);
        }
    }

    async ask(turn, call) {
        this.calls.push(call);
        const answer = await call;
        return turn === this.turn ? answer : null;
    }

    async estimate(turn) {
        const { server, text } = this.rule;
        const estimate = await this.ask(turn, server.estimate(text));
        if (!estimate) {
            return;
        }
        Object.assign(this.state, { estimate, count: null, contacts: null });
        if (estimate.count !== undefined && !estimate.exact) {
            this.timer = setTimeout(() => this.count(turn), COUNT_DELAY);
        }
        if (this.state.isOpen) {
            await this.findExamples(turn);
        }
    }

    async count(turn) {
        const { server, text } = this.rule;
        const count = await this.ask(turn, server.count(text));
        if (count) {
            this.state.count = count;
        }
    }

    async findExamples(turn) {
        const { server, text } = this.rule;
        const answer = await this.ask(turn, server.findExamples(text));
        if (answer) {
            this.state.contacts = answer.contacts || [];
        }
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
        if (this.state.isOpen && !this.state.contacts) {
            this.findExamples(this.turn);
        }
    }
}
