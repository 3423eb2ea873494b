import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { getDefaultConfig } from "@web/views/view";
import { Gallery } from "@lifecycle_programs/gallery/gallery";
import { UseDialog } from "@lifecycle_programs/gallery/use_dialog";

defineMailModels();

const card = (key, stage, values = {}) => ({
    key,
    name: `Card ${key}`,
    purpose: "What it is for.",
    stage,
    stages: [stage],
    lever: "More purchases",
    start: "Every day",
    contents: [{ icon: "fa-envelope-o", label: "Messages", count: 3 }],
    data: [{ code: "orders", label: "Orders", ok: true, hint: "" }],
    better: [],
    is_connected: true,
    program: false,
    ...values,
});

const GALLERY = {
    stages: [
        { code: "prospect", name: "Prospect", description: "Not yet" },
        { code: "new", name: "New customer", description: "Once" },
        { code: "customer", name: "Customer", description: "Again" },
    ],
    cards: [
        card("content", "prospect", { stages: ["prospect", "customer"] }),
        card("welcome", "new", {
            program: { id: 7, name: "Welcome", state: "running", state_label: "Running" },
        }),
        card("rescue", "customer", {
            data: [{ code: "orders", label: "Orders", ok: false, hint: "Confirm orders." }],
        }),
        card("cart", "prospect", {
            is_connected: false,
            data: [{ code: "carts", label: "Carts", ok: false, hint: "Connect the shop." }],
        }),
    ],
    can_use: true,
};

async function mountGallery(gallery = GALLERY) {
    onRpc("lifecycle.gallery", "get_gallery", () => gallery);
    await makeMockEnv({ config: getDefaultConfig() });
    return mountWithCleanup(Gallery, {
        props: { action: {}, actionId: 1, updateActionState: () => {}, className: "" },
    });
}

test("cards stand by stage, those without their data at the end", async () => {
    await mountGallery();
    expect(queryAllTexts("section h2")).toEqual([
        "Prospect",
        "New customer",
        "Customer",
        "Needs a connection",
    ]);
    expect("[data-section=connection] [data-card=cart]").toHaveCount(1);
    expect("[data-card=cart]").toHaveText(/Connect the shop/);
    expect("[data-card=cart] button").toHaveText("Prepare");
    expect("[data-card=rescue] .fa-circle-o[aria-label='is missing']").toHaveCount(1);
    expect("[data-card=rescue] [title=Messages]").toHaveText("3");
    expect("[data-card=welcome] .badge").toHaveText("Running");
    expect(queryAllTexts("[data-card=welcome] button")).toEqual(["Open", "Use once more"]);
});

test("the circle chooses a stage and lets go of it again", async () => {
    await mountGallery();
    expect(".o_lifecycle_ring_all").toHaveText(/3/);
    expect(".o_lifecycle_ring_all").toHaveAttribute("aria-pressed", "true");
    await contains("[data-stage=prospect]").click();
    expect("[data-stage=prospect]").toHaveAttribute("aria-pressed", "true");
    expect(queryAllTexts("section h2")).toEqual(["Prospect", "Needs a connection"]);
    await contains("[data-stage=prospect]").click();
    expect("section h2").toHaveCount(4);
    // A program for several stages is shown at each of them.
    await contains("[data-stage=customer]").click();
    expect("[data-stage=customer] .o_lifecycle_ring_count").toHaveText("2");
    expect(queryAllTexts("[data-section=customer] h3")).toEqual(["Card content", "Card rescue"]);
    await contains("[data-stage=new]").click();
    expect(queryAllTexts("section h2")).toEqual(["New customer"]);
    await contains(".o_lifecycle_ring_all").click();
    expect("section h2").toHaveCount(4);
    // The first stage stands at the top.
    const { style } = queryOne("[data-stage=prospect]");
    expect([style.left, style.top]).toEqual(["50%", "12%"]);
});

test("a salesperson looks and cannot use", async () => {
    await mountGallery({ ...GALLERY, can_use: false });
    expect(".o_lifecycle_gallery_card button").toHaveCount(1);
    expect("[data-card=welcome] button").toHaveText("Open");
});

async function mountDialog(questions, onUse) {
    onRpc("lifecycle.gallery", "get_questions", () => questions);
    onRpc("lifecycle.gallery", "count", ({ args }) => {
        expect.step(["count", args[0], args[1]]);
        return { kind: "now", count: 1234 };
    });
    onRpc("lifecycle.gallery", "use", ({ args }) => {
        expect.step(["use", args[0], args[1]]);
        return { type: "ir.actions.act_window", res_id: 5 };
    });
    mockService("action", { doAction: () => {} });
    const env = await makeMockEnv();
    await mountWithCleanup(MainComponentsContainer, { env });
    env.services.dialog.add(UseDialog, { card: GALLERY.cards[0], onUse });
    await animationFrame();
    await advanceTime(10);
    await animationFrame();
}

const NUMBER = {
    name: "number.days",
    kind: "number",
    label: "Not used for",
    unit: "days",
    value: 7,
    is_required: false,
};

test("answers are counted once, after a moment, and handed on", async () => {
    const discount = {
        name: "discount",
        kind: "discount",
        label: "Discount",
        value: { id: false, percent: 0 },
        options: [{ id: 3, name: "Ten percent" }],
        percent: 20,
        can_create: true,
        is_required: false,
    };
    await mountDialog([NUMBER, discount], (action) => expect.step(["action", action.res_id]));
    const none = { id: false, percent: 0 };
    expect.verifySteps([["count", "content", { "number.days": 7, discount: none }]]);
    expect(".o_lifecycle_use_count").toHaveText(/1,234/);
    await contains("[data-question='number.days'] input").edit("9", { confirm: false });
    await contains("[data-question='number.days'] input").edit("10", { confirm: false });
    await contains("[data-question=discount] select").select("new");
    await advanceTime(500);
    await animationFrame();
    const made = { "number.days": 10, discount: { id: false, percent: 20 } };
    expect.verifySteps([["count", "content", made]]);
    expect("[data-question=discount] input").toHaveValue(20);
    await contains("[data-question=discount] select").select("3");
    await contains("footer .btn-primary").click();
    const chosen = { "number.days": 10, discount: { id: 3, percent: 0 } };
    expect.verifySteps([
        ["use", "content", chosen],
        ["action", 5],
    ]);
    expect(".o_dialog").toHaveCount(0);
});

test("what has to be known is asked for first", async () => {
    const text = {
        name: "text.category",
        kind: "text",
        label: "Who has bought",
        placeholder: "e.g. Tents",
        fact: "orders.categories",
        value: "",
        is_required: true,
    };
    onRpc("lifecycle.rule.editor", "complete_values", () => [{ value: "Tents", label: "Tents" }]);
    await mountDialog([text], () => {});
    expect.verifySteps([["count", "content", { "text.category": "" }]]);
    expect("footer .btn-primary").not.toBeEnabled();
    await contains("[data-question='text.category'] input").edit("Ten", { confirm: false });
    await advanceTime(300);
    await contains(".o-autocomplete--dropdown-item:contains(Tents)").click();
    expect("footer .btn-primary").toBeEnabled();
    await advanceTime(500);
    expect.verifySteps([["count", "content", { "text.category": "Tents" }]]);
});
