/** What a key does on the canvas: the command, and what it takes. */
const KEYS = {
    arrowup: { command: "walk", argument: "up" },
    arrowdown: { command: "walk", argument: "down" },
    arrowleft: { command: "walk", argument: "left" },
    arrowright: { command: "walk", argument: "right" },
    "+": { command: "zoom", argument: 1 },
    "=": { command: "zoom", argument: 1 },
    "-": { command: "zoom", argument: -1 },
    0: { command: "fit" },
    n: { command: "addBehind", isChange: true },
    insert: { command: "addBehind", isChange: true },
    b: { command: "addBranch", isChange: true, needsCard: true },
    delete: { command: "remove", isChange: true, needsCard: true },
    backspace: { command: "remove", isChange: true, needsCard: true },
};

const WITH_CONTROL = {
    z: { command: "undo", isChange: true },
    y: { command: "redo", isChange: true },
    x: { command: "pickUp", argument: "move", isChange: true, needsCard: true },
    c: { command: "pickUp", argument: "copy", isChange: true, needsCard: true },
};

/**
 * @param {KeyboardEvent} ev
 * @returns {{command: string, argument?: any, isChange?: boolean, needsCard?: boolean}|null}
 */
export function getCommand(ev) {
    const key = ev.key.toLowerCase();
    if (ev.altKey) {
        return null;
    }
    if (ev.ctrlKey || ev.metaKey) {
        return WITH_CONTROL[key === "z" && ev.shiftKey ? "y" : key] || null;
    }
    return KEYS[key] || null;
}
