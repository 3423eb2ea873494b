import {
    Component,
    onPatched,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { useOwnedDialogs, useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { useJourneyDrag } from "./journey_drag";
import { getWayKey } from "./journey_graph";
import { getCommand } from "./journey_keys";
import { SIZE, walk } from "./journey_layout";
import { JourneyModel } from "./journey_model";
import { TypePicker } from "./type_picker";

const REFRESH = 30000;
const ZOOMS = [0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5];

/** The journey as a picture: steps as cards, ways as arrows. */
export class JourneyCanvas extends Component {
    static template = "lifecycle_programs.JourneyCanvas";
    static props = {
        versionId: Number,
        histories: { type: Map, optional: true },
        readonly: { type: Boolean, optional: true },
        // Changes when what the server has may have changed; empty while it may not be read.
        stamp: { type: String, optional: true },
        // Asked before a change; false stops it.
        beforeChange: { type: Function, optional: true },
        onChanged: { type: Function, optional: true },
    };
    static defaultProps = { beforeChange: () => true, onChanged: () => {} };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.addDialog = useOwnedDialogs();
        this.size = SIZE;
        this.journey = useState(new JourneyModel(this.orm, this.props.histories));
        // `mode`: what has been picked up by its button or by key, and waits for a place.
        this.state = useState({ zoom: 1, current: null, mode: null });
        this.view = useRef("view");
        this.surface = useRef("surface");
        this.picker = usePopover(TypePicker, {
            position: "bottom",
            popoverClass: "o_lifecycle_type_popover",
        });
        this.drag = useJourneyDrag({
            getOrigin: () => this.getOrigin(),
            getLayout: () => this.journey.layout,
            onMove: (stepId, arrow) => this.place({ kind: "move", stepId }, arrow),
            onLead: (arrow, stepId) => this.lead(arrow, stepId),
        });
        this.focusOn = null;
        onWillStart(() => this.journey.load(this.props.versionId));
        onWillUpdateProps((next) => this.onNewProps(next));
        onPatched(() => this.moveFocus());
        useEffect(
            () => {
                this.fit();
            },
            () => [this.journey.versionId]
        );
        this.refresh();
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    async onNewProps(next) {
        if (next.versionId !== this.props.versionId) {
            this.cancel();
            await this.journey.load(next.versionId);
        } else if (next.stamp && next.stamp !== this.props.stamp) {
            await this.journey.load(this.journey.versionId);
        }
    }

    /** The counts follow gently, as long as somebody looks. */
    refresh() {
        this.timer = browser.setTimeout(async () => {
            if (!document.hidden) {
                await this.journey.loadCounts().catch(() => {});
            }
            this.refresh();
        }, REFRESH);
    }

    // -------------------------------------------------------------------------
    // What is shown
    // -------------------------------------------------------------------------

    get canEdit() {
        return this.journey.isEditable && !this.props.readonly && !this.env.isSmall;
    }

    get problemCount() {
        const { problems, steps } = this.journey.data;
        return steps.reduce((sum, step) => sum + step.problems.length, problems.length);
    }

    get emptyText() {
        return this.canEdit
            ? _t("No steps yet. Add the first one with the plus sign.")
            : _t("No steps yet.");
    }

    get modeText() {
        const { kind, stepId, arrow } = this.state.mode;
        const name = this.journey.getStep(stepId || arrow.step)?.name || "";
        switch (kind) {
            case "move":
                return _t("Where does “%s” go? Choose a plus sign.", name);
            case "copy":
                return _t("Where does the copy of “%s” go? Choose a plus sign.", name);
        }
        return _t("Which step does it lead to? Choose a card.");
    }

    getCard({ id }) {
        return this.journey.getStep(id);
    }

    /** What a screen reader says of a card. */
    getCardLabel({ id }) {
        const step = this.journey.getStep(id);
        const ways = step.ways.map(({ label, target }) => {
            const name = this.journey.getStep(target)?.name;
            const where = name ? _t("then %s", name) : _t("then the end");
            return label ? `${label}: ${where}` : where;
        });
        const counts = this.journey
            .getStepCounts(id)
            .map((count) => `${this.getCountLabel(count.what)}: ${count.people}`);
        return [`${step.type_label}: ${step.name}`, step.summary, ...step.problems, ...counts, ...ways]
            .filter(Boolean)
            .join(". ");
    }

    getCountLabel(what) {
        return {
            here: _t("Here now"),
            held: _t("Held up"),
            error: _t("With an error"),
            done: _t("Passed"),
            skipped: _t("Skipped"),
        }[what];
    }

    getPlusLabel(arrow) {
        const step = this.journey.getStep(arrow.step);
        if (!step) {
            return _t("Add a step at the beginning");
        }
        const after = arrow.label ? `${step.name}, ${arrow.label}` : step.name;
        return this.state.mode ? _t("Here, after %s", after) : _t("Add a step after %s", after);
    }

    isTarget(arrow) {
        const { mode } = this.state;
        if (!mode || mode.kind === "lead") {
            return false;
        }
        return mode.kind === "copy" || (arrow.step !== mode.stepId && arrow.target !== mode.stepId);
    }

    getTypeGroup(step) {
        const groups = this.journey.data.groups;
        return groups.find(({ types }) => types.some(({ type }) => type === step.type))?.kind;
    }

    getHead({ end, target, isBack }) {
        if (!target) {
            return "";
        }
        return isBack
            ? `M ${end.x} ${end.y} l 8 -5 v 10 z`
            : `M ${end.x} ${end.y} l -5 -8 h 10 z`;
    }

    // -------------------------------------------------------------------------
    // Zoom
    // -------------------------------------------------------------------------

    getOrigin() {
        const { x, y } = this.surface.el.getBoundingClientRect();
        return { x, y, zoom: this.state.zoom };
    }

    fit() {
        if (!this.view.el || !this.journey.layout) {
            return;
        }
        const { clientWidth } = this.view.el;
        // Smaller than that nobody reads it: then it scrolls.
        const zoom = clientWidth / this.journey.layout.width;
        this.state.zoom = Math.max(Math.min(zoom, 1), this.env.isSmall ? 0.6 : 0.5);
        const overflow = this.journey.layout.width * this.state.zoom - clientWidth;
        this.view.el.scrollLeft = Math.max(overflow / 2, 0);
    }

    zoom(direction) {
        const { zoom } = this.state;
        const next =
            direction > 0
                ? ZOOMS.find((one) => one > zoom + 0.01)
                : ZOOMS.findLast((one) => one < zoom - 0.01);
        this.state.zoom = next ?? zoom;
    }

    onWheel(ev) {
        if (ev.ctrlKey) {
            ev.preventDefault();
            this.zoom(-ev.deltaY);
        }
    }

    // -------------------------------------------------------------------------
    // Changes
    // -------------------------------------------------------------------------

    async change(make) {
        if (!this.canEdit || (await this.props.beforeChange()) === false) {
            return null;
        }
        const result = await make();
        this.cancel();
        if (result?.step) {
            this.focusCard(result.step);
        }
        this.props.onChanged();
        return result;
    }

    toWay({ step, branch }) {
        return { step, branch };
    }

    async add(type, arrow) {
        const result = await this.change(() => this.journey.add(type, this.toWay(arrow)));
        if (result && type !== "end") {
            this.open(result.step);
        }
    }

    place({ kind, stepId }, arrow) {
        return this.change(() => this.journey[kind](stepId, this.toWay(arrow)));
    }

    lead(arrow, stepId) {
        return this.change(() => this.journey.connect(this.toWay(arrow), stepId));
    }

    async addBranch(stepId) {
        const result = await this.change(() => this.journey.addBranch(stepId));
        if (result) {
            this.open(stepId);
        }
    }

    async remove(stepId) {
        const above = walk(this.journey.layout, stepId, "up");
        const result = await this.change(() => this.journey.remove(stepId));
        if (!result) {
            return;
        }
        this.focusCard(above || this.journey.layout.cards[0]?.id || null);
        const [name, ...others] = result.removed;
        if (others.length) {
            const text = _t("“%(step)s” was removed, and what only its branches led to: %(others)s.", {
                step: name,
                others: others.join(", "),
            });
            this.notification.add(text, { buttons: [{ name: _t("Undo"), onClick: () => this.undo() }] });
        }
    }

    undo() {
        return this.change(() => this.journey.undo());
    }

    redo() {
        return this.change(() => this.journey.redo());
    }

    /** Pick a step up by its button or by key: what follows chooses its place. */
    pickUp(kind, stepId) {
        this.state.mode = { kind, stepId };
        this.state.current = stepId;
        this.focusOn = ".o_lifecycle_plus_target";
    }

    cancel() {
        this.state.mode = null;
        this.picker.close();
    }

    // -------------------------------------------------------------------------
    // Opening
    // -------------------------------------------------------------------------

    open(stepId) {
        const step = this.journey.getStep(stepId);
        this.addDialog(
            FormViewDialog,
            {
                resModel: "lifecycle.step",
                resId: stepId,
                title: step.type_label,
                readonly: !this.canEdit,
                preventCreate: true,
                preventEdit: !this.canEdit,
                canExpand: false,
                size: "lg",
            },
            { onClose: () => this.onFormClosed(stepId) }
        );
    }

    async onFormClosed(stepId) {
        await this.journey.load(this.journey.versionId);
        this.focusCard(stepId);
        this.props.onChanged();
    }

    async openPeople(what, stepId, branchId) {
        this.action.doAction(await this.journey.getPeople(what, stepId, branchId));
    }

    async chooseVersion(ev) {
        this.cancel();
        await this.journey.load(Number(ev.target.value));
    }

    onCardClick(ev, stepId) {
        if (this.drag.wasDragged(ev)) {
            return;
        }
        if (this.state.mode?.kind === "lead") {
            this.lead(this.state.mode.arrow, stepId);
        } else {
            this.cancel();
            this.open(stepId);
        }
    }

    onPlusClick(ev, arrow) {
        if (this.drag.wasDragged(ev)) {
            return;
        }
        if (this.isTarget(arrow)) {
            this.place(this.state.mode, arrow);
        } else {
            this.cancel();
            this.openPicker(ev.currentTarget, arrow);
        }
    }

    openPicker(target, arrow) {
        this.picker.open(target, {
            groups: this.journey.data.groups,
            hasTarget: Boolean(arrow.target),
            canLead: Boolean(arrow.step),
            onPick: (type) => this.add(type, arrow),
            onLead: () => {
                this.state.mode = { kind: "lead", arrow };
                this.focusCard(arrow.step);
            },
            onEnd: () => this.lead(arrow, false),
        });
    }

    // -------------------------------------------------------------------------
    // Keys
    // -------------------------------------------------------------------------

    focusCard(stepId) {
        this.state.current = stepId;
        this.focusOn = `.o_lifecycle_card[data-step="${stepId}"] .o_lifecycle_card_main`;
        this.moveFocus();
    }

    moveFocus() {
        const element = this.focusOn && this.view.el?.querySelector(this.focusOn);
        if (element) {
            this.focusOn = null;
            element.focus();
        }
    }

    onKeydown(ev) {
        if (this.state.mode && ev.key === "Escape") {
            const { stepId, arrow } = this.state.mode;
            this.cancel();
            this.focusCard(stepId || arrow.step);
        } else if (!this.onCommand(getCommand(ev), ev.target)) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** Whether there is something to do for a key, and it has begun. */
    onCommand(key, target) {
        const { current } = this.state;
        if (!key || (key.isChange && !this.canEdit)) {
            return false;
        }
        if (key.needsCard && !(current && target.closest(".o_lifecycle_card"))) {
            return false;
        }
        switch (key.command) {
            case "pickUp":
                this.pickUp(key.argument, current);
                break;
            case "addBranch":
                if (this.journey.getStep(current).can_branch) {
                    this.addBranch(current);
                }
                break;
            case "addBehind":
            case "remove":
                this[key.command](current);
                break;
            default:
                this[key.command](key.argument);
        }
        return true;
    }

    /** The list of steps for the last way out of a step; for the way in without one. */
    addBehind(stepId) {
        const step = this.journey.getStep(stepId);
        if (step && !step.ways.length) {
            return;
        }
        const key = step ? getWayKey(step.id, step.ways.at(-1).branch) : getWayKey();
        const arrow = this.journey.layout.arrows.find((one) => one.key === key);
        const plus = this.view.el.querySelector(`.o_lifecycle_plus[data-way="${key}"]`);
        plus.scrollIntoView({ block: "nearest", inline: "nearest" });
        this.openPicker(plus, arrow);
    }

    walk(direction) {
        if (this.state.mode && this.state.mode.kind !== "lead") {
            const places = [...this.view.el.querySelectorAll(".o_lifecycle_plus_target")];
            const step = ["down", "right"].includes(direction) ? 1 : -1;
            const at = places.indexOf(document.activeElement);
            places[(at + step + places.length) % places.length]?.focus();
            return;
        }
        const next = walk(this.journey.layout, this.state.current, direction);
        if (next) {
            this.focusCard(next);
        }
    }
}
