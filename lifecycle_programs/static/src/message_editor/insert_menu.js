import { Component } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { useService } from "@web/core/utils/hooks";
import { ConditionDialog } from "./condition_dialog";

/** A menu that remembers what stands in its groups when it is drawn again. */
class GroupedMenu extends SelectMenu {
    onItemSelected(value) {
        const { choices, groups } = this.props;
        this.state.choices = [...choices, ...groups.flatMap((group) => group.choices)];
        super.onItemSelected(value);
    }
}

/** What can be put into a text of a message: fields, blocks, links; searchable. */
export class InsertMenu extends Component {
    static template = "lifecycle_programs.InsertMenu";
    static components = { GroupedMenu };
    static props = {
        message: Object,
        /** Takes the source that was chosen. */
        insert: Function,
        /** The words that are selected, for what is put around them. */
        getSelected: { type: Function, optional: true },
        /** Whether the text takes no formatting. */
        isPlain: { type: Boolean, optional: true },
    };

    setup() {
        this.dialog = useService("dialog");
        this.chosen = null;
    }

    get groups() {
        return this.props.message.setup.groups.map(({ label, items }) => ({
            label,
            choices: items
                .filter(({ source }) => !this.props.isPlain || !source.includes("<"))
                .map((item, index) => ({ ...item, value: `${label} ${index}` })),
        }));
    }

    onSelect(value) {
        const choices = this.groups.flatMap((group) => group.choices);
        this.chosen = choices.find((choice) => choice.value === value);
    }

    /** The menu gives the focus back when it closes, and then the text takes it. */
    onClosed() {
        const chosen = this.chosen;
        this.chosen = null;
        if (chosen) {
            browser.setTimeout(() => this.put(chosen));
        }
    }

    put({ action, source }) {
        if (action === "condition") {
            const words = this.props.getSelected?.() || "…";
            this.dialog.add(ConditionDialog, {
                message: this.props.message,
                insert: (condition) =>
                    this.props.insert(`{% if ${condition} %}${words}{% endif %}`, true),
            });
        } else {
            this.props.insert(source);
        }
    }
}
