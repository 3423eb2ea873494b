import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { getMessageModel } from "./message_model";

let lastId = 0;

/**
 * The message as a contact would get it, beside the form, while it is written; what is
 * wrong with it; and a test to oneself.
 */
export class MessagePreview extends Component {
    static template = "lifecycle_programs.MessagePreview";
    static components = { RecordSelector };
    static props = { ...standardWidgetProps };

    setup() {
        this.message = useState(getMessageModel(this.props.record, useService("orm")));
        this.notification = useService("notification");
        this.state = useState({ view: "desktop", address: "", isSending: false });
        this.uid = `o_lifecycle_preview_${++lastId}`;
        onWillStart(async () => {
            await this.message.loadSetup();
            this.state.address = this.message.setup[this.isMail ? "address" : "phone"];
        });
        useRecordObserver((record) => this.onRecord(record));
        onWillUnmount(() => this.message.stop());
    }

    /** Whatever the preview depends on is read here, so that it is told of changes. */
    onRecord({ data, resId }) {
        const { channel, category_id, subject, body, body_text } = data;
        this.message.onRecord({
            resId,
            channel,
            category: category_id?.id,
            subject,
            body: String(body || ""),
            body_text,
        });
    }

    get isMail() {
        return this.props.record.data.channel !== "sms";
    }

    get views() {
        return [
            { name: "desktop", icon: "fa-desktop", label: _t("On a computer") },
            { name: "phone", icon: "fa-mobile", label: _t("On a telephone") },
            { name: "plain", icon: "fa-align-left", label: _t("Text only") },
        ];
    }

    get seen() {
        return this.message.seen;
    }

    get problems() {
        return this.seen?.problems || [];
    }

    sizeOf({ places, parts, encoding, cost }) {
        const said = _t("%(places)s characters, %(parts)s SMS (%(encoding)s)", {
            places,
            parts,
            encoding,
        });
        return cost ? `${said}, ${cost}` : said;
    }

    get missing() {
        return this.seen.missing.join(", ");
    }

    /** Where a problem stands, in words. */
    placeOf({ place, language, line, column }) {
        const parts = [place];
        if (language && this.message.setup.languages.length > 1) {
            parts.push(language);
        }
        if (line > 1) {
            parts.push(_t("line %(line)s, character %(column)s", { line, column }));
        } else if (column) {
            parts.push(_t("character %s", column));
        }
        return parts.join(", ");
    }

    setView(name) {
        this.state.view = name;
    }

    async sendTest() {
        this.state.isSending = true;
        try {
            const address = await this.message.sendTest(this.state.address);
            this.notification.add(_t("A test is on its way to %s.", address), { type: "success" });
        } finally {
            this.state.isSending = false;
        }
    }
}

registry.category("view_widgets").add("lifecycle_message_preview", { component: MessagePreview });
