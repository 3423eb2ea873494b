import { HtmlMailField, htmlMailField } from "@mail/views/web/fields/html_mail_field/html_mail_field";
import { htmlEscape, markup, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { TextField, textField } from "@web/views/fields/text/text_field";
import { InsertMenu } from "./insert_menu";
import { MarkerDialog } from "./marker_dialog";
import { MarkerPlugin } from "./marker_plugin";
import { fromMarkers, toMarkers } from "./message_markers";
import { getMessageModel } from "./message_model";

const PAUSE = 400;

/** The body of a mail: Odoo's mail editor, with placeholders that stay whole. */
export class MessageBodyField extends HtmlMailField {
    static template = "lifecycle_programs.MessageBodyField";
    static components = { ...HtmlMailField.components, InsertMenu };

    setup() {
        this.message = useState(getMessageModel(this.props.record, useService("orm")));
        this.dialog = useService("dialog");
        this.root = useRef("root");
        super.setup();
        this.tellLater = useDebounced(() => this.tell(), PAUSE);
        this.message.fields[this.props.name] = {
            replace: (found, source) =>
                this.editor?.shared.lifecycleMarker?.replaceSource(found, source),
        };
        onWillStart(() => this.message.loadSetup());
        useEffect(
            () => {
                const wrong = this.message.wrongIn(this.props.name);
                this.editor?.shared.lifecycleMarker?.showWrong(wrong);
            },
            () => [this.message.seen]
        );
    }

    get value() {
        const value = super.value;
        return this.state.showCodeView ? value : markup(toMarkers(value, this.message.setup.labels));
    }

    updateValue(value) {
        return super.updateValue(this.state.showCodeView ? value : fromMarkers(value));
    }

    onChange() {
        super.onChange();
        this.tellLater();
    }

    /** Show what is written before it reaches the record. */
    tell() {
        if (this.isDirty && !this.state.showCodeView && this.editor?.editable) {
            this.message.setTyped(this.props.name, fromMarkers(this.editor.getContent()));
        }
    }

    getConfig() {
        const config = super.getConfig();
        config.Plugins = [...config.Plugins, MarkerPlugin];
        config.lifecycle = {
            getLabels: () => this.message.setup.labels,
            openMenu: () =>
                this.root.el.querySelector(".o_lifecycle_insert .o_select_menu_toggler").click(),
            edit: (source, apply) => this.dialog.add(MarkerDialog, { source, apply }),
        };
        return config;
    }

    getSelected() {
        return this.editor.shared.lifecycleMarker.getSelectedText();
    }

    /** @param {boolean} isText whether the source has still to be written as HTML */
    insert(source, isText = false) {
        this.editor.shared.lifecycleMarker.insertSource(isText ? String(htmlEscape(source)) : source);
    }
}

registry.category("fields").add("lifecycle_message_body", {
    ...htmlMailField,
    component: MessageBodyField,
    displayName: _t("Body of a message"),
    extractProps(...args) {
        // What the editor notes about itself has no place in a mail.
        return { ...htmlMailField.extractProps(...args), migrateHTML: false };
    },
});

/** What the texts without formatting share: inserting where the cursor was. */
const withInsertion = (Field, refName) =>
    class extends Field {
        static components = { ...Field.components, InsertMenu };

        setup() {
            this.message = useState(getMessageModel(this.props.record, useService("orm")));
            super.setup();
            this.tellLater = useDebounced(
                (text) => this.message.setTyped(this.props.name, text),
                PAUSE
            );
            this.message.fields[this.props.name] = {
                replace: (found, source) => this.replace(found, source),
            };
            onWillStart(() => this.message.loadSetup());
        }

        get text() {
            return this[refName].el;
        }

        onInput(ev) {
            this.tellLater(ev.target.value);
        }

        /** The record gets the text without the spaces at its ends; whoever goes to the
         * menu for the next word still wants them. */
        onBlur() {
            super.onBlur();
            const { value, selectionStart: start, selectionEnd: end } = this.text;
            this.left = { value, start, end };
        }

        getSelected() {
            const { value, selectionStart, selectionEnd } = this.text;
            return value.slice(selectionStart, selectionEnd);
        }

        insert(source) {
            const { text } = this;
            if (this.left?.value.trim() === text.value) {
                text.value = this.left.value;
                text.setSelectionRange(this.left.start, this.left.end);
            }
            text.focus();
            text.setRangeText(source, text.selectionStart, text.selectionEnd, "end");
            this.handOver();
        }

        replace(found, source) {
            const { text } = this;
            const place = text.value.indexOf(found);
            if (place >= 0) {
                text.setRangeText(source, place, place + found.length, "end");
                this.handOver();
            }
        }

        /** As if it had been typed. */
        handOver() {
            this.text.dispatchEvent(new InputEvent("input", { bubbles: true }));
            this.text.dispatchEvent(new Event("change", { bubbles: true }));
        }
    };

export class MessageSubjectField extends withInsertion(CharField, "input") {
    static template = "lifecycle_programs.MessageSubjectField";
}

registry.category("fields").add("lifecycle_message_subject", {
    ...charField,
    component: MessageSubjectField,
    displayName: _t("Subject of a message"),
});

export class MessageTextField extends withInsertion(TextField, "textareaRef") {
    static template = "lifecycle_programs.MessageTextField";
}

registry.category("fields").add("lifecycle_message_text", {
    ...textField,
    component: MessageTextField,
    displayName: _t("Text of a message"),
});
