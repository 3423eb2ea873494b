import { fromServer, isComplete, newGroup, toServer } from "./rule_rows";

const CHECK_DELAY = 300;
const COMPOSE_DELAY = 150;

/**
 * A rule while it is written: its text, which is the truth, and what the server says
 * about it. Use it through `useState`.
 */
export class RuleModel {
    /**
     * @param {import("./rule_server").RuleServer} server
     * @param {Object} listeners
     * @param {() => void} listeners.onEdited the person has changed something
     * @param {() => Promise|void} listeners.onChecked the server has checked what is here
     */
    constructor(server, { onEdited = () => {}, onChecked = () => {} } = {}) {
        this.server = server;
        this.listeners = { onEdited, onChecked };
        this.setup = null;
        this.text = "";
        /** The rows, or null when the expression has another shape. */
        this.rows = newGroup();
        this.problems = [];
        this.description = "";
        this.valid = true;
        /** Whether `problems`, `description` and `valid` are about `text`. */
        this.checked = false;
        this.pending = null;
        this.running = null;
        this.turn = 0;
    }

    get isComplete() {
        return !this.rows || !this.setup || isComplete(this.rows, this.setup);
    }

    /** Whether the rule can be saved as it stands. */
    get canBeSaved() {
        return this.valid && this.isComplete;
    }

    get errors() {
        return this.problems.filter((problem) => problem.severity === "error");
    }

    get warnings() {
        return this.problems.filter((problem) => problem.severity !== "error");
    }

    async loadSetup() {
        const setup = await this.server.loadSetup();
        this.setup = { ...setup, factGroups: groupFacts(setup.facts) };
    }

    /** Take over a text that comes from the record. */
    async load(text) {
        this.text = text.trim();
        this.checked = false;
        this._later((turn) => this._check(turn, true), 0);
        await this.flush();
    }

    /** The person writes the expression. */
    setText(text) {
        this.text = text;
        this.checked = false;
        this.listeners.onEdited();
        this._later((turn) => this._check(turn, true), CHECK_DELAY);
    }

    /** The person changes the rows. */
    setRows(rows) {
        this.rows = rows;
        this.checked = false;
        this.listeners.onEdited();
        this._later((turn) => this._compose(turn), COMPOSE_DELAY);
    }

    /** Wait until the server has answered about everything that was written. */
    async flush() {
        while (this.pending || this.running) {
            if (this.pending) {
                this._run();
            }
            await this.running;
        }
    }

    /** Nobody listens any more. */
    stop() {
        this.turn++;
        clearTimeout(this.pending?.timer);
        this.pending = null;
    }

    _later(action, delay) {
        this.turn++;
        clearTimeout(this.pending?.timer);
        const timer = setTimeout(() => this._run(), delay);
        this.pending = { action, timer };
    }

    _run() {
        const { action, timer } = this.pending;
        clearTimeout(timer);
        this.pending = null;
        const running = action(this.turn).finally(() => {
            if (this.running === running) {
                this.running = null;
            }
        });
        this.running = running;
    }

    async _check(turn, takeRows) {
        const answer = await this.server.check(this.text);
        if (turn === this.turn) {
            this._take(answer);
            if (takeRows) {
                this._takeRows(answer);
            }
            await this.listeners.onChecked();
        }
    }

    async _compose(turn) {
        const rows = toServer(this.rows, this.setup);
        if (!rows) {
            this.text = "";
            return this._check(turn, false);
        }
        const answer = await this.server.compose(rows);
        if (turn === this.turn) {
            this.text = answer.text ?? this.text;
            this._take(answer);
            await this.listeners.onChecked();
        }
    }

    _take({ problems, valid, description }) {
        Object.assign(this, { problems, valid, description: description || "", checked: true });
    }

    _takeRows({ rows, valid }) {
        if (!this.text.trim()) {
            this.rows = newGroup();
        } else if (valid) {
            this.rows = rows && fromServer(rows);
        }
    }
}

/** The facts under their headings, as a menu wants them. */
function groupFacts(facts) {
    const groups = new Map();
    for (const { name, label, help, group } of facts) {
        const choices = groups.get(group) || [];
        groups.set(group, [...choices, { value: name, label, help }]);
    }
    return [...groups].map(([label, choices]) => ({ label, choices }));
}
