import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

/** A placeholder as it is written, to be changed or taken out. */
export class MarkerDialog extends Component {
    static template = "lifecycle_programs.MarkerDialog";
    static components = { Dialog };
    static props = { close: Function, source: String, apply: Function };

    setup() {
        this.state = useState({ source: this.props.source });
        useAutofocus({ refName: "source" });
    }

    /** Anything else would not be one placeholder. */
    get isWhole() {
        return /^(\{\{[^{}]+\}\}|\{%[^{}]+%\}|\{#[^{}]*#\})$/.test(this.state.source.trim());
    }

    onConfirm() {
        if (this.isWhole) {
            this.props.close();
            this.props.apply(this.state.source.trim());
        }
    }

    onRemove() {
        this.props.close();
        this.props.apply("");
    }
}
