/** The steps of a journey as a graph: rows, and which step stands above which. */

export const START = "start";

/** The name of a way, among all of a journey. */
export function getWayKey(stepId, branchId) {
    return stepId ? `${stepId}_${branchId || 0}` : START;
}

/** The steps as nodes below one start, without what leads back. */
export function makeGraph(steps) {
    const known = new Set(steps.map((step) => step.id));
    const nodes = new Map();
    for (const { id, ways } of steps) {
        const outs = ways.map((way) => ({
            ...way,
            key: getWayKey(id, way.branch),
            step: id,
            target: known.has(way.target) ? way.target : false,
            isBack: false,
        }));
        nodes.set(id, { id, ways: outs });
    }
    const first = steps.length ? steps[0].id : false;
    const way = { key: START, step: false, branch: false, label: "", isBack: false };
    const start = { id: START, ways: [{ ...way, target: first }] };
    // What nothing leads to stands beside, below the start as well.
    const seen = new Set();
    const order = [];
    visit(start, nodes, seen, new Set(), order);
    start.strays = [];
    for (const { id } of steps) {
        if (!seen.has(id)) {
            start.strays.push(id);
            visit(nodes.get(id), nodes, seen, new Set([START]), order);
        }
    }
    nodes.set(START, start);
    // Each before all that it leads to, the start first of all.
    order.splice(order.indexOf(START), 1);
    order.push(START);
    return { nodes, order: order.reverse() };
}

function visit(node, nodes, seen, above, order) {
    seen.add(node.id);
    above.add(node.id);
    for (const way of [...node.ways].reverse()) {
        if (above.has(way.target)) {
            way.isBack = true;
        } else if (way.target && !seen.has(way.target)) {
            visit(nodes.get(way.target), nodes, seen, above, order);
        }
    }
    above.delete(node.id);
    order.push(node.id);
}

/** What follows a node, each once. */
export function getNext(node) {
    const targets = node.ways.filter((way) => way.target && !way.isBack);
    return [...new Set([...targets.map((way) => way.target), ...(node.strays || [])])];
}

/** The row of each step: one below the lowest that leads to it. */
export function findRows({ nodes, order }) {
    const rows = new Map(order.map((id) => [id, 0]));
    rows.set(START, -1);
    for (const id of order) {
        for (const next of getNext(nodes.get(id))) {
            rows.set(next, Math.max(rows.get(next), rows.get(id) + 1));
        }
    }
    return rows;
}

/** The block that each step belongs to: the last step that all ways to it pass. */
export function findParents({ nodes, order }) {
    const place = new Map(order.map((id, index) => [id, index]));
    const parents = new Map();
    const meet = (one, other) => {
        while (one !== other) {
            if (place.get(one) > place.get(other)) {
                one = parents.get(one);
            } else {
                other = parents.get(other);
            }
        }
        return one;
    };
    for (const id of order) {
        for (const next of getNext(nodes.get(id))) {
            parents.set(next, parents.has(next) ? meet(parents.get(next), id) : id);
        }
    }
    return parents;
}
