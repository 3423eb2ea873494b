import { expect, test } from "@odoo/hoot";
import { press, queryAll, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { getDefaultConfig } from "@web/views/view";
import { LifecycleDashboard } from "@lifecycle_programs/dashboard/dashboard";
import { compareRate, RATES } from "@lifecycle_programs/dashboard/dashboard_numbers";

defineMailModels();

const NUMBERS = {
    active: 40,
    entered: 100,
    goals: 25,
    messages: 210,
    delivered: 200,
    opened: 60,
    clicked: 4,
    unsubscribed: 2,
    purchases: 7,
};

const DATA = {
    period: {
        code: "30",
        first: "2026-05-03",
        last: "2026-06-01",
        start: "2026-05-02 22:00:00",
        end: "2026-06-01 22:00:00",
    },
    company_id: false,
    company_ids: [1],
    companies: [{ id: 1, name: "Acme" }],
    benchmarks: { opened: 25, clicked: 3, unsubscribed: 0.5 },
    credit_days: [30],
    programs: [
        {
            ...NUMBERS,
            id: 5,
            name: "Welcome",
            state: "running",
            state_label: "Running",
            stage: "New customer",
            company: "Acme",
            currency_id: 1,
            errors: 2,
            revenue: 1234.5,
        },
    ],
    totals: { ...NUMBERS, revenue: [{ currency_id: 1, amount: 1234.5 }] },
    chart: {
        step: "week",
        bars: [
            { day: "2026-05-04", entered: 60, goals: 5, messages: 100 },
            { day: "2026-05-11", entered: 40, goals: 20, messages: 110 },
        ],
    },
    stages: {
        company: "Acme",
        company_id: 1,
        from: "2026-05-02 22:00:00",
        to: "2026-06-01 10:00:00",
        counted_at: "2026-06-01 10:00:00",
        stages: [
            { code: "prospect", name: "Prospect", people: 300 },
            { code: "new", name: "New customer", people: 20 },
            { code: "loyal", name: "Loyal", people: 10 },
        ],
        moves: [
            { from: "prospect", to: "new", people: 12 },
            { from: "loyal", to: "new", people: 3 },
        ],
    },
    attention: [
        {
            code: "errors",
            level: "danger",
            text: "2 people stand at an error",
            count: 2,
            action: {
                type: "ir.actions.act_window",
                name: "Errors",
                res_model: "lifecycle.enrolment",
                views: [[false, "list"]],
                domain: [["state", "=", "error"]],
            },
        },
    ],
    is_old: false,
    is_empty: false,
    next_action: 77,
};

const PERIOD = [
    ["goal_at", ">=", "2026-05-02 22:00:00"],
    ["goal_at", "<", "2026-06-01 22:00:00"],
];

/** The dashboard; steps are what it opens and counts, the answer what it asked for. */
async function openDashboard(data = DATA, refreshed = null, state = undefined) {
    const asked = [];
    onRpc("lifecycle.dashboard", "get_data", ({ args }) => {
        asked.push(args);
        return { ...data, period: { ...data.period, code: args[0] } };
    });
    onRpc("lifecycle.dashboard", "refresh", () => {
        expect.step("refresh");
        return refreshed;
    });
    mockService("action", {
        doAction(action) {
            expect.step(action.res_model ? [action.name, action.domain, action.context] : action);
        },
    });
    await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(LifecycleDashboard, {
        props: { action: {}, actionId: 1, className: "", state },
    });
    await animationFrame();
    return asked;
}

test("a rate is good above its benchmark, for unsubscribing below", async () => {
    await makeMockEnv();
    const [opened, clicked, unsubscribed] = RATES;
    expect(compareRate(NUMBERS, opened, 25)).toMatchObject({ share: 0.3, isGood: true });
    expect(compareRate(NUMBERS, clicked, 3)).toMatchObject({ share: 0.02, isGood: false });
    expect(compareRate(NUMBERS, unsubscribed, 0.5).isGood).toBe(false);
    expect(compareRate(NUMBERS, unsubscribed, 1).isGood).toBe(true);
    expect(compareRate({ delivered: 19, opened: 1 }, opened, 25).isGood).toBe(null);
    expect(compareRate({ delivered: 0 }, opened, 25)).toMatchObject({
        share: null,
        isGood: null,
        value: "–",
    });
});

test("numbers, circle, rates and attention are shown", async () => {
    await openDashboard();
    expect(queryAllTexts(".o_lifecycle_tile .o_lifecycle_number").slice(0, 4)).toEqual([
        "40",
        "100",
        "25",
        "210",
    ]);
    expect("[data-tile=goals]").toHaveText(/25% of entries/);
    expect(queryAllTexts(".o_lifecycle_people")).toEqual(["300", "20", "10"]);
    expect("[data-move='prospect new'] text").toHaveText("12");
    expect("[data-move='loyal new']").toHaveCount(1);
    expect("[data-rate=opened] .badge").toHaveText("good");
    expect("[data-rate=clicked] .badge").toHaveText("to improve");
    expect(".o_lifecycle_bar").toHaveCount(4);
    const [, goals] = queryAll(".o_lifecycle_bar");
    expect(parseFloat(goals.style.height)).toBeWithin(8.3, 8.4);
    expect(".o_lifecycle_attention a").toHaveText("2 people stand at an error");
});

test("a number leads to its records in the period", async () => {
    await openDashboard();
    await contains("[data-program='5'] [data-number=goals]").click();
    await contains("[data-rate=opened] button").click();
    await contains(".o_lifecycle_attention a").click();
    expect.verifySteps([
        ["Welcome: Goal reached", [["program_id", "=", 5], ...PERIOD], {}],
        [
            "Opened",
            [
                ["company_id", "in", [1]],
                ["opened", "=", 1],
                ["date", ">=", "2026-05-02 22:00:00"],
                ["date", "<", "2026-06-01 22:00:00"],
            ],
            {},
        ],
        ["Errors", [["state", "=", "error"]], undefined],
    ]);
});

test("a stage and a move lead to the contacts as of the same moments", async () => {
    await openDashboard();
    const context = {
        lifecycle_stage_moments: [1, "2026-05-02 22:00:00", "2026-06-01 10:00:00"],
    };
    await contains("[data-move='prospect new'] text").click();
    queryOne("[data-stage=loyal]").focus();
    await press("Enter");
    expect.verifySteps([
        [
            "Prospect → New customer",
            [
                ["lifecycle_stage_before", "=", "prospect"],
                ["lifecycle_stage", "=", "new"],
            ],
            context,
        ],
        ["Loyal", [["lifecycle_stage", "=", "loyal"]], context],
    ]);
});

test("the period is chosen, and own dates once they make sense", async () => {
    const asked = await openDashboard();
    await contains("[data-period='90']").click();
    await contains("[data-period=custom]").click();
    const first = queryOne("input[aria-label='First day']");
    for (const day of ["2026-05-10", "2026-07-10"]) {
        first.value = day;
        first.dispatchEvent(new Event("change"));
        await animationFrame();
    }
    expect("[data-period=custom]").toHaveClass("active");
    expect(asked).toEqual([
        ["30", null, null, null],
        ["90", null, null, null],
        ["custom", null, "2026-05-03", "2026-06-01"],
        ["custom", null, "2026-05-10", "2026-06-01"],
    ]);
});

test("who comes back finds the period as it was", async () => {
    const state = { asked: { period: "365", company_id: 1 } };
    const asked = await openDashboard(DATA, null, state);
    expect(asked).toEqual([["365", 1, null, null]]);
    expect("[data-period='365']").toHaveClass("active");
});

test("what is old is counted behind the page", async () => {
    const stages = { ...DATA.stages, counted_at: false, moves: [] };
    await openDashboard({ ...DATA, is_old: true, stages }, DATA);
    expect.verifySteps(["refresh"]);
    await animationFrame();
    expect("[data-move='prospect new']").toHaveCount(1);
});

test("without programs it leads on to choose one", async () => {
    await openDashboard({ ...DATA, programs: [], attention: [], is_empty: true });
    expect(".o_lifecycle_tile").toHaveCount(0);
    expect(".o_lifecycle_programs").toHaveCount(0);
    expect(".o_lifecycle_circle").toHaveCount(1);
    await contains(".o_lifecycle_empty button").click();
    expect.verifySteps([77]);
});
