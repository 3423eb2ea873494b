import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { ConditionRow } from "./condition_row";
import {
    addTo,
    changeNode,
    isGroup,
    moveNode,
    newCondition,
    newGroup,
    newSavedRule,
} from "./rule_rows";

// Deeper groups are shown when a rule has them, but not offered.
const MAX_OFFERED_DEPTH = 2;

/** A group of conditions joined by "all of" or "any of"; groups may hold groups. */
export class ConditionGroup extends Component {
    static template = "lifecycle_programs.ConditionGroup";
    static components = { ConditionRow };
    static props = {
        rule: Object,
        group: Object,
        id: { type: String, optional: true },
        depth: { type: Number, optional: true },
        /** The id of the row that gets the focus, shared by all groups of a rule. */
        focus: { type: Object, optional: true },
    };
    static defaultProps = { depth: 0 };

    setup() {
        this.rule = useState(this.props.rule);
        this.focus = this.props.focus || { id: null };
        this.root = useRef("root");
        useEffect(() => this.moveFocus());
    }

    get isRoot() {
        return this.props.depth === 0;
    }

    get canNest() {
        return this.props.depth + 1 < MAX_OFFERED_DEPTH;
    }

    get hasSavedRules() {
        return this.rule.setup.macros.length > 0;
    }

    isGroup(node) {
        return isGroup(node);
    }

    setJoin(ev) {
        this.change(this.props.group.id, (group) => ({ ...group, join: ev.target.value }));
    }

    addCondition() {
        this.add(newCondition());
    }

    addSavedRule() {
        this.add(newSavedRule());
    }

    addGroup() {
        const join = this.props.group.join === "all" ? "any" : "all";
        const first = newCondition();
        this.add(newGroup(join, [first]), first.id);
    }

    add(node, focusId = node.id) {
        this.focus.id = focusId;
        this.rule.setRows(addTo(this.rule.rows, this.props.group.id, node));
    }

    change(id, change) {
        this.rule.setRows(changeNode(this.rule.rows, id, change));
    }

    remove(node) {
        const { rows } = this.props.group;
        const index = rows.indexOf(node);
        const next = rows[index + 1] || rows[index - 1];
        this.focus.id = next ? next.id : `add_${this.props.group.id}`;
        this.change(node.id, () => null);
    }

    move(node, step) {
        const rows = moveNode(this.rule.rows, node.id, step);
        if (rows !== this.rule.rows) {
            this.focus.id = node.id;
            this.rule.setRows(rows);
        }
    }

    /** Rows are moved with the keyboard, too. */
    onKeydown(ev, node) {
        if (ev.altKey && (ev.key === "ArrowUp" || ev.key === "ArrowDown")) {
            ev.preventDefault();
            ev.stopPropagation();
            this.move(node, ev.key === "ArrowUp" ? -1 : 1);
        }
    }

    /** The focus follows the row that was added or moved, wherever it is drawn now. */
    moveFocus() {
        if (this.focus.id === null) {
            return;
        }
        const row = this.root.el?.querySelector(`[data-row="${this.focus.id}"]`);
        if (row) {
            this.focus.id = null;
            (row.matches("button") ? row : row.querySelector("input, select, button")).focus();
        }
    }
}
ConditionGroup.components.ConditionGroup = ConditionGroup;
