import { Mutex } from "@web/core/utils/concurrency";
import { getWayKey } from "./journey_graph";
import { layOut } from "./journey_layout";

const MODEL = "lifecycle.version";
// With a row of counts, a card is taller.
const LIVE_CARD_HEIGHT = 100;

/**
 * A version on the canvas: what the server tells of it, how it is laid out, and the
 * changes that can be made, undone and done again.
 */
export class JourneyModel {
    /**
     * @param {Object} orm the service
     * @param {Map<number, {undo: Object[], redo: Object[]}>} histories of the structure, by
     *     version; kept by whoever outlives the canvas
     */
    constructor(orm, histories = new Map()) {
        this.orm = orm;
        this.histories = histories;
        this.mutex = new Mutex();
        this.data = null;
        this.counts = null;
        this.layout = null;
    }

    get versionId() {
        return this.data?.id;
    }

    get isEditable() {
        return Boolean(this.data?.is_editable);
    }

    /** People are, or were, on a version that is or was in use. */
    get isLive() {
        return Boolean(this.data) && this.data.state !== "draft";
    }

    get history() {
        if (!this.histories.has(this.versionId)) {
            this.histories.set(this.versionId, { undo: [], redo: [] });
        }
        return this.histories.get(this.versionId);
    }

    get canUndo() {
        return this.isEditable && this.history.undo.length > 0;
    }

    get canRedo() {
        return this.isEditable && this.history.redo.length > 0;
    }

    getStep(id) {
        return this.data?.steps.find((step) => step.id === id);
    }

    // -------------------------------------------------------------------------
    // Reading
    // -------------------------------------------------------------------------

    async load(versionId) {
        await this.mutex.exec(async () => {
            const data = await this.orm.call(MODEL, "get_canvas", [[versionId]]);
            if (versionId !== this.versionId) {
                this.counts = null;
            }
            this._show(data);
        });
        await this.loadCounts();
    }

    async loadCounts() {
        if (!this.isLive) {
            this.counts = null;
            return;
        }
        const id = this.versionId;
        const counts = await this.orm.silent.call(MODEL, "get_canvas_counts", [[id]]);
        if (id === this.versionId) {
            this.counts = counts;
        }
    }

    /** The counts of a step that are not zero, in the order in which they are shown. */
    getStepCounts(id) {
        const counts = this.counts?.steps[id] || {};
        return ["here", "held", "error", "done", "skipped"]
            .filter((what) => counts[what])
            .map((what) => ({ what, people: counts[what] }));
    }

    getWayCount(key) {
        if (key === getWayKey(false, false)) {
            return this.counts?.all.entered || 0;
        }
        return this.counts?.ways[key] || 0;
    }

    getPeople(what, stepId = false, branchId = false) {
        const place = [what, stepId, branchId];
        return this.orm.call(MODEL, "action_open_people", [[this.versionId], ...place]);
    }

    _show(data) {
        this.data = data;
        this.layout = layOut(data.steps, this.isLive ? LIVE_CARD_HEIGHT : undefined);
    }

    // -------------------------------------------------------------------------
    // Changes
    // -------------------------------------------------------------------------

    add(type, way) {
        return this._change("canvas_add", type, way);
    }

    copy(stepId, way) {
        return this._change("canvas_copy", stepId, way);
    }

    move(stepId, way) {
        return this._change("canvas_move", stepId, way);
    }

    remove(stepId) {
        return this._change("canvas_remove", stepId);
    }

    connect(way, stepId) {
        return this._change("canvas_connect", way, stepId);
    }

    addBranch(stepId) {
        return this._change("canvas_add_branch", stepId);
    }

    undo() {
        return this._restore("undo", "redo");
    }

    redo() {
        return this._restore("redo", "undo");
    }

    // One after the other: each is about the journey that the last one left.

    _change(method, ...args) {
        return this.mutex.exec(async () => {
            const before = this.data.structure;
            const data = await this.orm.call(MODEL, method, [[this.versionId], ...args]);
            this.history.undo.push(before);
            this.history.redo.length = 0;
            this._show(data);
            return data;
        });
    }

    _restore(from, to) {
        return this.mutex.exec(async () => {
            const structure = this.history[from].at(-1);
            if (!structure) {
                return null;
            }
            const before = this.data.structure;
            const args = [[this.versionId], structure];
            const data = await this.orm.call(MODEL, "canvas_restore", args);
            this.history[from].pop();
            this.history[to].push(before);
            this._show(data);
            return data;
        });
    }
}
