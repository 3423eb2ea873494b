/**
 * The rows of the condition builder: a tree of groups, conditions and saved rules.
 * Nodes carry an `id` for the screen; the functions never change what they are given.
 */

let lastId = 0;

export function newGroup(join = "all", rows = []) {
    return { id: ++lastId, join, rows };
}

export function newCondition() {
    return { id: ++lastId, fact: null, operator: null, value: null };
}

export function newSavedRule() {
    return { id: ++lastId, macro: null, negated: false };
}

export function isGroup(node) {
    return "rows" in node;
}

export function isSavedRule(node) {
    return "macro" in node;
}

/** The rows that the server gave, with ids. */
export function fromServer(node) {
    const copy = { ...node, id: ++lastId };
    if (isGroup(node)) {
        copy.rows = node.rows.map(fromServer);
    }
    return copy;
}

/** What goes to the server: the complete rows, without ids; null for nothing. */
export function toServer(node, setup) {
    if (isGroup(node)) {
        const rows = node.rows.map((row) => toServer(row, setup)).filter(Boolean);
        return rows.length ? { join: node.join, rows } : null;
    }
    if (!isComplete(node, setup)) {
        return null;
    }
    const { id: _id, ...plain } = node;
    return plain;
}

/** Whether a row, or every row of a group, has all that it needs. */
export function isComplete(node, setup) {
    if (isGroup(node)) {
        return node.rows.every((row) => isComplete(row, setup));
    }
    if (isSavedRule(node)) {
        return Boolean(node.macro);
    }
    const operator = setup.operators.find(({ code }) => code === node.operator);
    if (!node.fact || !operator) {
        return false;
    }
    switch (operator.arity) {
        case 0:
            return true;
        case 1:
            return hasValue(node.value);
        case 2:
            return Array.isArray(node.value) && [0, 1].every((n) => hasValue(node.value[n]));
        default:
            return Array.isArray(node.value) && node.value.length > 0;
    }
}

function hasValue(value) {
    return value !== null && value !== undefined && value !== "";
}

/** The tree with one node replaced, or left out when `change` gives null. */
export function changeNode(node, id, change) {
    if (node.id === id) {
        return change(node);
    }
    if (!isGroup(node)) {
        return node;
    }
    return { ...node, rows: node.rows.map((row) => changeNode(row, id, change)).filter(Boolean) };
}

export function addTo(tree, groupId, node) {
    return changeNode(tree, groupId, (group) => ({ ...group, rows: [...group.rows, node] }));
}

/**
 * The tree with a row one place up or down in its group; out of its group at the ends,
 * and into a group that it meets.
 */
export function moveNode(tree, id, step) {
    const path = findPath(tree, id);
    const node = path.at(-1);
    const parent = path.at(-2);
    const index = parent.rows.indexOf(node);
    const without = changeNode(tree, id, () => null);
    const neighbour = parent.rows[index + step];
    if (!neighbour) {
        const outer = path.at(-3);
        if (!outer) {
            return tree;
        }
        const place = outer.rows.indexOf(parent) + (step > 0 ? 1 : 0);
        return insertAt(without, outer.id, place, node);
    }
    if (isGroup(neighbour) && !isGroup(node)) {
        return insertAt(without, neighbour.id, step > 0 ? 0 : neighbour.rows.length, node);
    }
    return insertAt(without, parent.id, index + step, node);
}

function insertAt(tree, groupId, place, node) {
    return changeNode(tree, groupId, (group) => ({
        ...group,
        rows: group.rows.toSpliced(place, 0, node),
    }));
}

function findPath(node, id) {
    if (node.id === id) {
        return [node];
    }
    for (const row of node.rows || []) {
        const path = findPath(row, id);
        if (path) {
            return [node, ...path];
        }
    }
    return null;
}
