import { expect, test } from "@odoo/hoot";
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
    env.services.dialog.add(UseDialog, { card: card("content", "prospect"), onUse });
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
