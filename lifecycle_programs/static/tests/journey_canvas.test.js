import { beforeEach, expect, test } from "@odoo/hoot";
import { animationFrame, press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { JourneyCanvas } from "@lifecycle_programs/canvas/journey_canvas";

class LifecycleStep extends models.Model {
    _name = "lifecycle.step";
    name = fields.Char();
    _records = [
        { id: 1, name: "Hello" },
        { id: 2, name: "Bought?" },
        { id: 3, name: "Call" },
        { id: 9, name: "Pause" },
    ];
    _views = { form: /* xml */ `<form><field name="name"/></form>` };
}

defineMailModels();
defineModels([LifecycleStep]);

const MAIL = { type: "mail", type_label: "Email", icon: "fa-envelope-o" };
const SPLIT = { type: "split", type_label: "Split by rule", icon: "fa-code-fork" };
const ALERT = { type: "sales_alert", type_label: "Sales alert", icon: "fa-bullhorn" };
const WAIT = { type: "wait", type_label: "Wait", icon: "fa-clock-o" };

function way(target, branch = false, label = "") {
    return { target, branch, label, summary: "" };
}

function step(id, name, type, ways, problems = []) {
    const can_branch = type === SPLIT;
    return { id, name, ...type, summary: `About ${name}`, problems, can_branch, ways };
}

/** A mail, then a split: with "Yes" to a call, else to the end. */
function makeData(values = {}) {
    return {
        id: 5,
        program: 4,
        state: "draft",
        is_editable: true,
        versions: [{ id: 5, label: "Version 1 · Draft" }],
        problems: [],
        steps: [
            step(1, "Hello", MAIL, [way(2)], ["choose a message."]),
            step(2, "Bought?", SPLIT, [way(3, 21, "Yes"), way(false, false, "Everybody else")]),
            step(3, "Call", ALERT, [way(false)]),
        ],
        structure: { steps: [[1, 2], [2, false], [3, false]], branches: [[21, 3]] },
        groups: [
            { kind: "message", label: "Messages", types: [{ ...MAIL, label: "Email" }] },
            { kind: "wait", label: "Waits", types: [{ ...WAIT, label: "Wait" }] },
            { kind: "branch", label: "Branches", types: [{ ...SPLIT, label: "Split by rule" }] },
            { kind: "program", label: "Programs", types: [{ type: "end", label: "End", icon: "fa-stop" }] },
        ],
        ...values,
    };
}

const COUNTS = {
    all: { entered: 1200, inside: 7, goal: 2 },
    steps: { 1: { done: 11, skipped: 1 }, 2: { here: 7, held: 2 } },
    ways: { "1_0": 12 },
};

/** What the server was asked for, in order. */
let calls;

beforeEach(() => {
    calls = [];
    const changed = (name) =>
        onRpc(name, ({ args }) => {
            calls.push([name, ...args.slice(1)]);
            const data = makeData();
            if (name === "canvas_add") {
                data.steps[0].ways = [way(9)];
                data.steps.splice(1, 0, step(9, "Pause", WAIT, [way(2)]));
                data.structure = { ...data.structure, added: true };
                data.step = 9;
            }
            if (name === "canvas_remove") {
                data.removed = ["Bought?", "Call"];
            }
            return data;
        });
    ["add", "copy", "move", "remove", "connect", "add_branch", "restore"].forEach((name) =>
        changed(`canvas_${name}`)
    );
});

async function mountCanvas(values = {}, props = {}) {
    onRpc("get_canvas", () => makeData(values));
    onRpc("get_canvas_counts", () => COUNTS);
    await mountWithCleanup(JourneyCanvas, { props: { versionId: 5, ...props } });
    await animationFrame();
}

const card = (id) => `.o_lifecycle_card[data-step="${id}"] .o_lifecycle_card_main`;
const plus = (key) => `.o_lifecycle_plus[data-way="${key}"]`;

test("a journey is shown with what is missing", async () => {
    await mountCanvas();
    expect(queryAllTexts(".o_lifecycle_card_name")).toEqual(["Hello", "Bought?", "Call"]);
    expect(queryAllTexts(".o_lifecycle_label")).toEqual(["Yes", "Everybody else"]);
    expect(".o_lifecycle_card_problem").toHaveCount(1);
    expect(".o_lifecycle_card_missing").toHaveText("choose a message.");
    expect(".o_lifecycle_problem_count").toHaveText(/^1 to mend/);
    expect(".o_lifecycle_arrows .o_lifecycle_line").toHaveCount(5);
    expect(card(2)).toHaveAttribute("aria-label", /Split by rule: Bought\?.*Yes: then Call/);
});

test("who may not change it sees no plus signs", async () => {
    await mountCanvas({ is_editable: false });
    expect(".o_lifecycle_plus").toHaveCount(0);
    expect(".o_lifecycle_card_buttons").toHaveCount(0);
    await contains(card(2)).focus();
    await press("Delete");
    await press(["ctrl", "z"]);
    expect(calls).toEqual([]);
});

test("a step is searched, added, and opened to be filled in", async () => {
    await mountCanvas();
    await contains(plus("1_0")).click();
    // In the middle there is no end: it would cut off what follows.
    expect(queryAllTexts(".o_lifecycle_type_picker [role=option]")).toEqual([
        "Email",
        "Wait",
        "Split by rule",
    ]);
    await contains(".o_lifecycle_type_picker input").edit("wai", { confirm: false });
    expect(".o_lifecycle_type_picker [role=option]").toHaveCount(1);
    await press("Enter");
    await animationFrame();
    expect(calls).toEqual([["canvas_add", "wait", { step: 1, branch: false }]]);
    await contains(".modal .o_field_widget[name=name] input").edit("A pause");
    await contains(".modal .o_form_button_save").click();
    expect(".modal").toHaveCount(0);
});

test("the end of a way offers an end", async () => {
    await mountCanvas();
    await contains(plus("3_0")).click();
    expect(".o_lifecycle_type_picker [data-type=end]").toHaveCount(1);
    expect(".o_lifecycle_end").toHaveCount(0);
});

test("arrow keys walk, and keys delete and undo", async () => {
    await mountCanvas();
    await contains(card(1)).focus();
    await press("ArrowDown");
    expect(card(2)).toBeFocused();
    await press("Delete");
    await animationFrame();
    expect(calls).toEqual([["canvas_remove", 2]]);
    expect(".o_notification").toHaveText(/“Bought\?” was removed.*: Call/);
    expect(card(1)).toBeFocused();
    await press(["ctrl", "z"]);
    await animationFrame();
    expect(calls[1]).toEqual(["canvas_restore", makeData().structure]);
    expect(".o_lifecycle_undo").not.toBeEnabled();
    await press(["ctrl", "y"]);
    await animationFrame();
    expect(calls).toHaveLength(3);
    expect(".o_lifecycle_redo").not.toBeEnabled();
});

test("a step is moved by keys", async () => {
    await mountCanvas();
    await contains(card(3)).focus();
    await press(["ctrl", "x"]);
    await animationFrame();
    expect(".o_lifecycle_canvas_mode").toHaveText(/Where does “Call” go/);
    // Not on its own way, nor on the one that leads to it.
    const targets = [...document.querySelectorAll(".o_lifecycle_plus_target")];
    expect(targets.map((one) => one.dataset.way)).toEqual(["start", "1_0", "2_0"]);
    expect(plus("start")).toBeFocused();
    await press("ArrowDown");
    expect(plus("1_0")).toBeFocused();
    await press("Enter");
    await animationFrame();
    expect(calls).toEqual([["canvas_move", 3, { step: 1, branch: false }]]);
    expect(".o_lifecycle_canvas_mode").toHaveCount(0);
});

test("Escape puts a step back", async () => {
    await mountCanvas();
    await contains(card(3)).focus();
    await press(["ctrl", "c"]);
    await animationFrame();
    await press("Escape");
    await animationFrame();
    expect(".o_lifecycle_canvas_mode").toHaveCount(0);
    expect(card(3)).toBeFocused();
    expect(calls).toEqual([]);
});

test("a way is led to another step", async () => {
    await mountCanvas();
    await contains(plus("2_0")).click();
    await contains(".o_lifecycle_lead").click();
    await contains(card(3)).click();
    expect(calls).toEqual([["canvas_connect", { step: 2, branch: false }, 3]]);
});

test("a card is dragged to a plus sign", async () => {
    await mountCanvas();
    const { moveTo, drop } = await contains(card(3)).drag();
    await moveTo(queryFirst(plus("2_0")));
    await animationFrame();
    expect(".o_lifecycle_ghost").toHaveText("Call");
    expect(plus("2_0")).toHaveClass("o_lifecycle_plus_drop");
    await drop();
    await animationFrame();
    expect(calls).toEqual([["canvas_move", 3, { step: 2, branch: false }]]);
    expect(".modal").toHaveCount(0);
});

test("a change that is stopped before changes nothing", async () => {
    await mountCanvas({}, { beforeChange: () => false });
    await contains(card(3)).focus();
    await press("Delete");
    await animationFrame();
    expect(calls).toEqual([]);
});

test("a version in use shows its people, and opens them", async () => {
    mockService("action", {
        doAction: (action) => expect.step(action.name),
    });
    onRpc("action_open_people", ({ args }) => ({ name: args.slice(1).join(" ") }));
    await mountCanvas({ state: "published", is_editable: false });
    expect(queryAllTexts('.o_lifecycle_card[data-step="2"] .o_lifecycle_count')).toEqual(["7", "2"]);
    expect(".o_lifecycle_count_way[data-way='1_0']").toHaveText("12");
    await contains('.o_lifecycle_card[data-step="2"] [data-what=held]').click();
    await contains(".o_lifecycle_count_way[data-way='start']").click();
    expect.verifySteps(["held 2 false", "entered false false"]);
});

test("zoom", async () => {
    await mountCanvas();
    const before = queryFirst(".o_lifecycle_zoom").textContent;
    await contains("button[aria-label=Smaller]").click();
    const smaller = queryFirst(".o_lifecycle_zoom").textContent;
    expect(parseInt(smaller)).toBeLessThan(parseInt(before));
    await contains("button[aria-label='Fit into the page']").click();
    expect(".o_lifecycle_zoom").toHaveText(before);
});
