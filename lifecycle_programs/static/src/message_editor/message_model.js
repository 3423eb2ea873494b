import { reactive, toRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

const MODEL = "lifecycle.message.editor";
const DELAY = 600;
export const TEXTS = ["subject", "body", "body_text"];

/**
 * A message while it is written: what the fields hold before it is saved, and what the
 * server says about it. One for each form; its fields and its preview share it.
 */
export class MessageModel {
    constructor(formModel, orm) {
        this.formModel = formModel;
        this.orm = orm.silent;
        this.setup = { groups: [], labels: {}, languages: [], can_send: false };
        this.setupKey = null;
        /** What the record held when it was looked at last. */
        this.held = {};
        /** What was typed and has not reached the record yet, by field. */
        this.typed = {};
        /** How a field takes a text in: `insert(source)`, `replace(found, source)`. */
        this.fields = {};
        this.contactId = false;
        this.lang = "";
        this.seen = null;
        this.isLoading = false;
        this.failed = false;
        this.turn = 0;
    }

    get record() {
        return this.formModel.root;
    }

    get form() {
        const { data } = this.record;
        const form = { channel: data.channel, category_id: data.category_id?.id || false };
        for (const name of TEXTS) {
            form[name] = this.typed[name] ?? String(data[name] || "");
        }
        return form;
    }

    async loadSetup() {
        const { resId, data } = this.record;
        const key = `${resId} ${data.channel}`;
        if (key !== this.setupKey) {
            this.setupKey = key;
            this.loading = this.orm.call(MODEL, "get_setup", [resId || false, data.channel]);
        }
        const setup = await this.loading;
        if (key === this.setupKey) {
            this.setup = setup;
        }
    }

    /** Somebody types: the text is shown when he pauses. */
    setTyped(name, text) {
        this.typed[name] = text;
        this.refreshLater();
    }

    /**
     * The record was loaded, saved, discarded or changed. What was typed into a text
     * holds until the record has taken it.
     *
     * @param {Object} held plain values by name, `resId` among them
     */
    onRecord(held) {
        const changed = Object.keys(held).filter((name) => held[name] !== this.held[name]);
        if (!changed.length) {
            return;
        }
        for (const name of held.resId === this.held.resId ? changed : TEXTS) {
            delete this.typed[name];
        }
        this.held = held;
        this.loadSetup();
        this.refreshLater(0);
    }

    setContact(contactId) {
        this.contactId = contactId || false;
        this.refresh();
    }

    setLang(lang) {
        this.lang = lang;
        this.refresh();
    }

    refreshLater(delay = DELAY) {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.refresh(), delay);
    }

    /** An answer that comes too late for what is written now is dropped. */
    async refresh() {
        browser.clearTimeout(this.timer);
        const turn = ++this.turn;
        this.isLoading = true;
        try {
            const seen = await this.orm.call(MODEL, "preview", [
                this.record.resId || false,
                this.form,
                this.contactId,
                this.lang || false,
            ]);
            if (turn === this.turn) {
                Object.assign(this, { seen, failed: false, contactId: seen.contact.id });
            }
        } catch (error) {
            if (turn === this.turn) {
                this.failed = true;
            }
            if (!error.data) {
                throw error;
            }
        } finally {
            if (turn === this.turn) {
                this.isLoading = false;
            }
        }
    }

    /** The placeholders of a text that are wrong. */
    wrongIn(name) {
        return (this.seen?.problems || [])
            .filter((problem) => problem.text === name && problem.found)
            .map((problem) => problem.found);
    }

    replace({ text, found, replacement }) {
        this.fields[text]?.replace(found, replacement);
    }

    makeCondition(rule) {
        return this.orm.call(MODEL, "make_condition", [rule, this.record.resId || false]);
    }

    sendTest(address) {
        return this.orm.call(MODEL, "send_test", [
            this.record.resId || false,
            this.form,
            this.contactId,
            this.lang || this.seen?.lang || false,
            address,
        ]);
    }

    stop() {
        this.turn++;
        browser.clearTimeout(this.timer);
    }
}

const models = new WeakMap();

/** The model that the fields of a form share. Use it through `useState`. */
export function getMessageModel(record, orm) {
    // Each component sees the record through a proxy of its own.
    const model = toRaw(record.model);
    if (!models.has(model)) {
        models.set(model, reactive(new MessageModel(model, orm)));
    }
    return models.get(model);
}
