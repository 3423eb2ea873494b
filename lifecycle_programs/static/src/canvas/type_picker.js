import { Component, useState } from "@odoo/owl";
import { useAutofocus } from "@web/core/utils/hooks";
import { normalize } from "@web/core/l10n/utils";

/** The list of step types behind a "+", to search and to choose from. */
export class TypePicker extends Component {
    static template = "lifecycle_programs.TypePicker";
    static props = {
        groups: Array,
        // Whether the way leads to a step: an end would cut that off.
        hasTarget: Boolean,
        canLead: Boolean,
        onPick: Function,
        onLead: Function,
        onEnd: Function,
        close: { type: Function, optional: true },
    };

    setup() {
        this.state = useState({ search: "", active: 0 });
        useAutofocus();
    }

    get groups() {
        const words = normalize(this.state.search).split(/\s+/);
        const matches = (label) => words.every((word) => normalize(label).includes(word));
        let place = 0;
        return this.props.groups
            .map((group) => ({
                ...group,
                types: group.types.filter(
                    (one) =>
                        (one.type !== "end" || !this.props.hasTarget) &&
                        (matches(one.label) || matches(group.label))
                ),
            }))
            .filter((group) => group.types.length)
            .map((group) => ({
                ...group,
                types: group.types.map((one) => ({ ...one, place: place++ })),
            }));
    }

    get activeId() {
        return `o_lifecycle_type_${this.state.active}`;
    }

    onInput(ev) {
        this.state.search = ev.target.value;
        this.state.active = 0;
    }

    onKeydown(ev) {
        const types = this.groups.flatMap((group) => group.types);
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step && types.length) {
            this.state.active = (this.state.active + step + types.length) % types.length;
            const active = ev.currentTarget.parentElement.querySelector(
                `#o_lifecycle_type_${this.state.active}`
            );
            active?.scrollIntoView({ block: "nearest" });
        } else if (ev.key === "Enter" && types[this.state.active]) {
            this.pick(types[this.state.active].type);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    pick(type) {
        this.props.close?.();
        this.props.onPick(type);
    }

    lead() {
        this.props.close?.();
        this.props.onLead();
    }

    end() {
        this.props.close?.();
        this.props.onEnd();
    }
}
