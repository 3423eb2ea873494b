import { describe, expect, test } from "@odoo/hoot";
import { getWayKey } from "@lifecycle_programs/canvas/journey_graph";
import { SIZE, layOut, walk } from "@lifecycle_programs/canvas/journey_layout";

describe.current.tags("headless");

/** A step with one way ("Then"), or with branches: pairs of label and target. */
function step(id, ...ways) {
    if (ways.length === 1) {
        return { id, ways: [{ branch: false, label: "", target: ways[0] }] };
    }
    return {
        id,
        ways: ways.map((target, index) => {
            const isLast = index === ways.length - 1;
            const label = isLast ? "Else" : `Branch ${index}`;
            return { branch: isLast ? false : id * 100 + index, label, target };
        }),
    };
}

function getCards(layout) {
    return Object.fromEntries(layout.cards.map((card) => [card.id, card]));
}

function getArrow(layout, key) {
    return layout.arrows.find((arrow) => arrow.key === key);
}

/** Cards stand apart from one another, and inside the picture. */
function expectRoom(layout) {
    const half = SIZE.card.width / 2;
    for (const card of layout.cards) {
        expect(card.x - half).toBeGreaterThan(-1);
        expect(card.x + half).toBeLessThan(layout.width + 1);
        for (const other of layout.cards) {
            if (card.id < other.id && card.row === other.row) {
                expect(Math.abs(card.x - other.x)).toBeGreaterThan(SIZE.card.width);
            }
        }
    }
}

test("an empty journey has a way in", () => {
    const layout = layOut([]);
    expect(layout.cards).toEqual([]);
    expect(layout.arrows.map((arrow) => arrow.key)).toEqual([getWayKey(false)]);
    expect(layout.arrows[0].target).toBe(false);
});

test("steps in a line stand below one another", () => {
    const layout = layOut([step(1, 2), step(2, 3), step(3, false)]);
    const cards = getCards(layout);
    expect(cards[1].x).toBe(cards[2].x);
    expect(cards[2].x).toBe(cards[3].x);
    expect([cards[1].row, cards[2].row, cards[3].row]).toEqual([0, 1, 2]);
    expect(layout.start.x).toBe(cards[1].x);
    expect(getArrow(layout, "3_0").target).toBe(false);
    expectRoom(layout);
});

test("branches stand side by side, and what they come to in the middle below", () => {
    const layout = layOut([step(1, 2, 3), step(2, 4), step(3, 4), step(4, false)]);
    const cards = getCards(layout);
    expect(cards[2].row).toBe(cards[3].row);
    expect(cards[2].x).toBeLessThan(cards[3].x);
    expect(cards[1].x).toBe((cards[2].x + cards[3].x) / 2);
    expect(cards[4].x).toBe(cards[1].x);
    expectRoom(layout);
});

test("a way past other steps has a lane of its own", () => {
    const layout = layOut([step(1, 2, 4), step(2, 3), step(3, 4), step(4, false)]);
    const cards = getCards(layout);
    const lane = getArrow(layout, "1_0").x;
    expect(cards[4].row).toBe(3);
    expect(lane - cards[3].x).toBeGreaterThan(SIZE.card.width / 2);
});

test("ways to the same step have a lane each", () => {
    const layout = layOut([step(1, 2, 2, 2), step(2, false)]);
    const lanes = ["1_100", "1_101", "1_0"].map((key) => getArrow(layout, key).x);
    expect(new Set(lanes).size).toBe(3);
    expect(lanes[1]).toBe(getCards(layout)[2].x);
});

test("an arrow that leads back goes up at the side", () => {
    const layout = layOut([step(1, 2), step(2, 3, 1), step(3, false)]);
    const cards = getCards(layout);
    expect([cards[1].row, cards[2].row, cards[3].row]).toEqual([0, 1, 2]);
    const back = getArrow(layout, "2_0");
    expect(back.isBack).toBe(true);
    expect(back.end.y).toBe(cards[1].y + SIZE.card.height / 2);
    expect(layout.arrows.filter((arrow) => arrow.isBack)).toHaveLength(1);
});

test("a step that leads to itself", () => {
    const layout = layOut([step(1, 1)]);
    expect(getArrow(layout, "1_0").isBack).toBe(true);
    expectRoom(layout);
});

test("what nothing leads to stands beside", () => {
    const layout = layOut([step(1, false), step(2, 3), step(3, 2)]);
    expect(layout.cards).toHaveLength(3);
    expectRoom(layout);
});

test("random journeys have room for everybody", () => {
    // A generator of its own, so that a failure can be repeated.
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 100; round++) {
        const count = 2 + Math.floor(random() * 14);
        const target = (id) => {
            const chance = random();
            const next = id + 1 + Math.floor(random() * 3);
            const any = 1 + Math.floor(random() * count);
            return chance < 0.15 || next > count ? false : chance < 0.25 ? any : next;
        };
        const steps = [];
        for (let id = 1; id <= count; id++) {
            const ways = random() < 0.35 ? 3 : 1;
            steps.push(step(id, ...Array.from({ length: ways }, () => target(id))));
        }
        const layout = layOut(steps);
        expect(layout.cards).toHaveLength(count);
        const isWrong = (path) => path.includes("NaN") || path.includes("undefined");
        expect(layout.arrows.filter((arrow) => isWrong(arrow.path))).toEqual([]);
        expectRoom(layout);
    }
});

test("arrow keys walk along the journey", () => {
    const layout = layOut([step(1, 2, 3), step(2, 4), step(3, 4), step(4, false)]);
    expect(walk(layout, null, "down")).toBe(1);
    expect(walk(layout, 1, "down")).toBe(2);
    expect(walk(layout, 2, "right")).toBe(3);
    expect(walk(layout, 3, "left")).toBe(2);
    expect(walk(layout, 3, "down")).toBe(4);
    expect(walk(layout, 4, "down")).toBe(null);
    expect(walk(layout, 4, "up")).toBe(2);
    expect(walk(layout, 1, "up")).toBe(null);
});
