/**
 * Where the steps of a journey stand and how the arrows between them run: a pure
 * function of the steps.
 *
 * Steps stand in rows, each below all that lead to it. In a row they stand side by side
 * as blocks: a step in the middle above what it alone leads to, and below that what
 * several of its ways come together in. A way that passes by other steps has a lane of
 * its own, beside the block. Arrows turn only in the gaps between rows; one that leads
 * back goes up at the far side.
 */

import { START, findParents, findRows, getNext, makeGraph } from "./journey_graph";

export const SIZE = {
    card: { width: 232, height: 76 },
    // Between two blocks, and the lane of a way that passes by.
    space: 32,
    lane: 124,
    // Below a row: with one way out of each step, and with labels on the ways.
    gap: 62,
    labelledGap: 104,
    // From a step to where its arrows part, and from where they join to the next.
    turn: 16,
    join: 14,
    // Between two arrows that lead back.
    back: 26,
    margin: 28,
    start: { width: 148, height: 30 },
};

/**
 * @typedef {{branch: number|false, label: string, target: number|false}} Way
 * @typedef {{id: number, ways: Way[]}} Step
 *
 * @param {Step[]} steps in their order: people come in at the first
 * @param {number} [cardHeight]
 * @returns {{
 *     width: number, height: number,
 *     start: {x: number, y: number},
 *     cards: {id: number, x: number, y: number, row: number}[],
 *     arrows: {key: string, step: number|false, branch: number|false, label: string,
 *              target: number|false, path: string, isBack: boolean,
 *              x: number, labelY: number, plusY: number, end: {x: number, y: number}}[],
 * }} x and y are the middle above: of a card its upper edge
 */
export function layOut(steps, cardHeight = SIZE.card.height) {
    const graph = makeGraph(steps);
    const rows = findRows(graph);
    const parents = findParents(graph);
    const blocks = new Map();
    placeBlock(START, graph, rows, parents, blocks);
    return draw(graph, rows, blocks, cardHeight);
}

// -----------------------------------------------------------------------------
// Blocks
// -----------------------------------------------------------------------------

/**
 * The block of a step: its width, where the step stands in it, the blocks inside it and
 * the lanes of its ways, all from its left edge.
 */
function placeBlock(id, graph, rows, parents, blocks) {
    const node = graph.nodes.get(id);
    const inside = graph.order.filter((other) => parents.get(other) === id);
    for (const other of inside) {
        placeBlock(other, graph, rows, parents, blocks);
    }
    const alone = inside.filter((other) => isLedToOnce(other, node, graph));
    const joins = inside.filter((other) => !alone.includes(other));

    // Side by side: what each way alone leads to, and the lanes of ways that end or come
    // together with others here.
    const row = { placed: [], middles: new Map(), lanes: new Map(), right: 0 };
    const needsLane = node.ways.length > 1;
    const passing = [];
    for (const way of node.ways) {
        if (alone.includes(way.target) && !way.isBack) {
            addBlock(row, way.target, blocks);
        } else if (needsLane && !way.isBack && (!way.target || joins.includes(way.target))) {
            addLane(row, way);
        } else if (needsLane) {
            passing.push(way);
        }
    }
    (node.strays || []).forEach((stray) => addBlock(row, stray, blocks));
    for (const join of joins.sort((one, two) => rows.get(one) - rows.get(two))) {
        placeJoin(join, node, graph, parents, blocks, row);
    }
    // Ways that lead out of the block, past all that is in it.
    row.right = Math.max(row.right, ...row.placed.map((one) => one.x + one.block.width + SIZE.space));
    passing.forEach((way) => addLane(row, way));
    blocks.set(id, closeBlock(id, row, alone, joins, rows));
}

/** Whether one way of the node leads to a step, and nothing else does. */
function isLedToOnce(id, node, { nodes, order }) {
    const ways = node.ways.filter((way) => way.target === id && !way.isBack);
    const isStray = (node.strays || []).includes(id);
    return (
        ways.length + isStray === 1 &&
        order.every((from) => from === node.id || !getNext(nodes.get(from)).includes(id))
    );
}

function addBlock(row, id, blocks) {
    const block = blocks.get(id);
    row.placed.push({ id, x: row.right, block });
    row.middles.set(id, row.right + block.middle);
    row.right += block.width + SIZE.space;
}

function addLane(row, way) {
    row.lanes.set(way.key, row.right + SIZE.lane / 2);
    row.right += SIZE.lane + SIZE.space;
}

/** The block of a step around what was placed in it: the step stands in the middle of
 * what it leads to. */
function closeBlock(id, row, alone, joins, rows) {
    const own = id === START ? SIZE.start.width : SIZE.card.width;
    const columns = [...alone.map((other) => row.middles.get(other)), ...row.lanes.values()];
    if (!columns.length && joins.length) {
        columns.push(row.middles.get(joins[0]));
    }
    const left = Math.min(0, ...row.placed.map((one) => one.x));
    const right = Math.max(row.right - SIZE.space, 0);
    const middle = columns.length
        ? (Math.min(...columns) + Math.max(...columns)) / 2
        : (left + right) / 2;
    const start = Math.min(left, middle - own / 2);
    return {
        width: Math.max(right, middle + own / 2) - start,
        middle: middle - start,
        row: rows.get(id),
        bottom: Math.max(rows.get(id), ...row.placed.map((one) => one.block.bottom)),
        inside: row.placed.map((one) => ({ id: one.id, x: one.x - start })),
        lanes: new Map([...row.lanes].map(([key, x]) => [key, x - start])),
    };
}

/** Below those that lead to it, in the middle; further right where that is taken. */
function placeJoin(id, node, graph, parents, blocks, row) {
    const block = blocks.get(id);
    const from = row.placed.filter((one) => leadsInto(one.id, id, graph, parents));
    const lanes = node.ways.filter((way) => way.target === id && row.lanes.has(way.key));
    const middles = [
        ...from.map((one) => row.middles.get(one.id)),
        ...lanes.map((way) => row.lanes.get(way.key)),
    ];
    const wished = middles.length
        ? (Math.min(...middles) + Math.max(...middles)) / 2
        : block.middle;
    let x = wished - block.middle;
    const isTaken = (one) =>
        x < one.x + one.block.width + SIZE.space &&
        one.x < x + block.width + SIZE.space &&
        block.row <= one.block.bottom &&
        one.block.row <= block.bottom;
    let taken;
    while ((taken = row.placed.find(isTaken))) {
        x = taken.x + taken.block.width + SIZE.space;
    }
    row.placed.push({ id, x, block });
    row.middles.set(id, x + block.middle);
}

/** Whether something in the block of a step leads to another one. */
function leadsInto(id, target, { nodes, order }, parents) {
    return order.some((other) => {
        let above = other;
        while (above !== undefined && above !== id) {
            above = parents.get(above);
        }
        return above === id && getNext(nodes.get(other)).includes(target);
    });
}

// -----------------------------------------------------------------------------
// Drawing
// -----------------------------------------------------------------------------

function draw(graph, rows, blocks, cardHeight) {
    const xs = new Map();
    const lanes = new Map();
    const settle = (id, left) => {
        const block = blocks.get(id);
        xs.set(id, left + block.middle);
        block.lanes.forEach((x, key) => lanes.set(key, left + x));
        block.inside.forEach((one) => settle(one.id, left + one.x));
    };
    settle(START, SIZE.margin);
    const { tops, below } = findHeights(graph, rows, cardHeight);
    const place = (id) => ({
        x: xs.get(id),
        top: tops.get(rows.get(id)),
        bottom: tops.get(rows.get(id)) + (id === START ? SIZE.start.height : cardHeight),
    });
    let width = blocks.get(START).width + 2 * SIZE.margin;
    let height = 0;
    const cards = [];
    const arrows = [];
    for (const id of graph.order) {
        const node = graph.nodes.get(id);
        const row = rows.get(id);
        const from = place(id);
        const joinY = from.bottom + below.get(row) - SIZE.join;
        height = Math.max(height, from.bottom + below.get(row));
        if (id !== START) {
            cards.push({ id, x: from.x, y: from.top, row });
        }
        for (const way of node.ways) {
            const alone = node.ways.length > 1 ? xs.get(way.target) : from.x;
            const lane = lanes.get(way.key) ?? alone;
            const isLabelled = Boolean(way.label);
            const out = [
                [from.x, from.bottom],
                [from.x, from.bottom + SIZE.turn],
                [lane, from.bottom + SIZE.turn],
            ];
            let into;
            if (way.isBack) {
                width += SIZE.back;
                const to = place(way.target);
                into = leadBack(lane, joinY, width - SIZE.margin, to, cardHeight);
            } else if (way.target) {
                const to = place(way.target);
                into = [
                    [lane, to.top - SIZE.join],
                    [to.x, to.top - SIZE.join],
                    [to.x, to.top - 2],
                ];
            } else {
                into = [[lane, from.bottom + (isLabelled ? 90 : 48)]];
            }
            const [endX, endY] = into.at(-1);
            arrows.push({
                ...way,
                path: bend([...out, ...into]),
                end: { x: endX, y: endY },
                x: lane,
                labelY: from.bottom + 38,
                plusY: from.bottom + (isLabelled ? 68 : 26),
            });
        }
    }
    return {
        width,
        height: height + SIZE.margin,
        start: { x: xs.get(START), y: tops.get(-1) },
        cards,
        arrows,
    };
}

/** Up at the far side of all, and into the right edge of the card. */
function leadBack(lane, joinY, side, to, cardHeight) {
    const y = to.top + cardHeight / 2;
    return [
        [lane, joinY],
        [side, joinY],
        [side, y],
        [to.x + SIZE.card.width / 2 + 2, y],
    ];
}

/** The upper edge of each row, and the gap below it. */
function findHeights({ nodes, order }, rows, cardHeight) {
    const below = new Map();
    for (const id of order) {
        const isLabelled = nodes.get(id).ways.some((way) => way.label);
        const gap = isLabelled ? SIZE.labelledGap : SIZE.gap;
        below.set(rows.get(id), Math.max(below.get(rows.get(id)) || 0, gap));
    }
    const tops = new Map([[-1, SIZE.margin / 2]]);
    let y = SIZE.margin / 2 + SIZE.start.height + below.get(-1);
    for (const row of [...below.keys()].sort((one, two) => one - two)) {
        if (row >= 0) {
            tops.set(row, y);
            y += cardHeight + below.get(row);
        }
    }
    return { tops, below };
}

/** A line through points, its corners round. */
function bend(points) {
    const line = points.filter(
        ([x, y], index) =>
            !index || x !== points[index - 1][0] || y !== points[index - 1][1]
    );
    const parts = [`M ${line[0].join(" ")}`];
    for (let index = 1; index < line.length; index++) {
        const [x, y] = line[index];
        const next = line[index + 1];
        if (!next) {
            parts.push(`L ${x} ${y}`);
            continue;
        }
        const [px, py] = line[index - 1];
        const before = Math.hypot(x - px, y - py);
        const after = Math.hypot(next[0] - x, next[1] - y);
        const radius = Math.min(8, before / 2, after / 2);
        const toward = (one, other, length) => one + ((other - one) / length) * radius;
        parts.push(`L ${toward(x, px, before)} ${toward(y, py, before)}`);
        parts.push(`Q ${x} ${y} ${toward(x, next[0], after)} ${toward(y, next[1], after)}`);
    }
    return parts.join(" ");
}

// -----------------------------------------------------------------------------
// Walking
// -----------------------------------------------------------------------------

/**
 * The card that an arrow key leads to: down and up along the arrows, sideways in a row.
 *
 * @param {ReturnType<typeof layOut>} layout
 * @param {number} id of the card
 * @param {"up"|"down"|"left"|"right"} direction
 * @returns {number|null}
 */
export function walk(layout, id, direction) {
    const here = layout.cards.find((card) => card.id === id);
    if (!here) {
        return layout.cards[0]?.id ?? null;
    }
    const forward = layout.arrows.filter((arrow) => !arrow.isBack);
    let choices;
    switch (direction) {
        case "down":
            choices = forward.filter((arrow) => arrow.step === id);
            return choices.find((arrow) => arrow.target)?.target ?? null;
        case "up":
            choices = forward.filter((arrow) => arrow.target === id && arrow.step);
            return choices[0]?.step ?? null;
    }
    const side = direction === "right" ? 1 : -1;
    const beside = layout.cards.filter((card) => (card.x - here.x) * side > 0);
    beside.sort(
        (one, two) =>
            Math.abs(one.row - here.row) - Math.abs(two.row - here.row) ||
            Math.abs(one.x - here.x) - Math.abs(two.x - here.x)
    );
    return beside[0]?.id ?? null;
}
