import { HtmlField } from "@html_editor/fields/html_field";
import { beforeEach, expect, test } from "@odoo/hoot";
import { click, edit, press, queryAllTexts, queryFirst, queryOne, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { setSelection } from "@html_editor/../tests/_helpers/selection";
import { insertText } from "@html_editor/../tests/_helpers/user_actions";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

const BODY = `<p>Hi {{ contact.first_name or 'you' }},</p>{% if orders.count &gt; 3 %}<p>thank you</p>{% endif %}<p>end</p>`;

class LifecycleMessage extends models.Model {
    _name = "lifecycle.message";
    channel = fields.Selection({ selection: [["mail", "Email"], ["sms", "SMS"]], default: "mail" });
    category_id = fields.Many2one({ relation: "lifecycle.category" });
    subject = fields.Char();
    body = fields.Html();
    body_text = fields.Text();
    _records = [
        { id: 1, channel: "mail", subject: "Hello", body: BODY },
        { id: 2, channel: "sms", body_text: "Hi there" },
    ];
}

class LifecycleCategory extends models.Model {
    _name = "lifecycle.category";
    name = fields.Char();
}

defineMailModels();
defineModels([LifecycleMessage, LifecycleCategory]);

const ARCH = /* xml */ `
    <form>
        <field name="channel"/>
        <field name="category_id"/>
        <field name="subject" widget="lifecycle_message_subject"/>
        <field name="body" widget="lifecycle_message_body" invisible="channel != 'mail'"/>
        <field name="body_text" widget="lifecycle_message_text" invisible="channel != 'sms'"/>
        <widget name="lifecycle_message_preview"/>
    </form>`;

const SETUP = {
    groups: [
        {
            label: "Ready made",
            items: [{ label: "Closing", source: "<p>Best regards,<br>{{ sender.name }}</p>" }],
        },
        {
            label: "Contact",
            items: [
                { label: "City", source: "{{ contact.city or '' }}", example: "Oulu" },
                { label: "First name", source: "{{ contact.first_name or '' }}", example: "Liisa" },
            ],
        },
    ],
    labels: { "contact.first_name": "First name", "contact.city": "City", "orders.count": "Orders" },
    languages: [{ code: "en_US", name: "English" }, { code: "fi_FI", name: "Finnish" }],
    address: "me@acme.example",
    phone: "",
    can_send: true,
};

const SEEN = {
    contact: { id: 3, name: "Liisa" },
    lang: "en_US",
    subject: "Hello",
    html: "<p>Hi Liisa</p>",
    plain: "Hi Liisa",
    sms: "",
    size: [],
    missing: [],
    error: null,
    problems: [],
};

let editor;
let asked;
let answer;

beforeEach(() => {
    asked = [];
    answer = {};
    onRpc("lifecycle.message.editor", "get_setup", () => SETUP);
    onRpc("lifecycle.message.editor", "preview", ({ args }) => {
        asked.push(args);
        return { ...SEEN, ...answer };
    });
    patchWithCleanup(HtmlField.prototype, {
        onEditorLoad(one) {
            editor = one;
            return super.onEditorLoad(...arguments);
        },
    });
});

async function mountMessage(resId = 1) {
    await mountView({ type: "form", resModel: "lifecycle.message", resId, arch: ARCH });
    await advanceTime(1);
    await animationFrame();
}

async function choose(label, selector = "[name=body]") {
    await contains(`${selector} .o_lifecycle_insert .o_select_menu_toggler`).click();
    await contains(`.o_lifecycle_insert_menu .o_select_menu_item:contains(${label})`).click();
    await advanceTime(50);
    await animationFrame();
}

function putCursor(selector, offset) {
    const anchorNode = queryOne(`.odoo-editor-editable ${selector}`);
    setSelection({ anchorNode, anchorOffset: offset ?? anchorNode.childNodes.length });
}

/** Without the styles that mail programs need. */
function unstyled(html) {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    for (const element of body.querySelectorAll("[style]")) {
        element.removeAttribute("style");
    }
    return body.innerHTML;
}

function catchSaved() {
    const saved = {};
    onRpc("lifecycle.message", "web_save", ({ args }) => {
        Object.assign(saved, args[1]);
    });
    return saved;
}

test("placeholders are shown in words, and saved as they were", async () => {
    const saved = catchSaved();
    await mountMessage();
    expect(queryAllTexts(".odoo-editor-editable .o_lifecycle_marker")).toEqual([
        "First name, or “you”",
        "Only if Orders > 3",
        "End of “only if”",
    ]);
    putCursor("p:last-of-type");
    await insertText(editor, "!");
    await clickSave();
    expect(unstyled(saved.body)).toBe(BODY.replace("end</p>", "end!</p>"));
});

test("a field is put where the cursor is", async () => {
    const saved = catchSaved();
    await mountMessage();
    putCursor("p:last-of-type");
    await choose("City");
    expect(".odoo-editor-editable p:last-of-type .o_lifecycle_marker").toHaveText("City");
    await clickSave();
    expect(unstyled(saved.body)).toInclude("<p>end{{ contact.city or '' }}</p>");
});

test("the menu is searched and used with the keyboard alone", async () => {
    const saved = catchSaved();
    await mountMessage();
    putCursor("p:last-of-type");
    queryFirst("[name=body] .o_lifecycle_insert .o_select_menu_toggler").focus();
    await press("Enter");
    await animationFrame();
    await edit("city");
    await advanceTime(300);
    await animationFrame();
    expect(queryAllTexts(".o_lifecycle_insert_menu .o_select_menu_item").length).toBe(1);
    await press("Enter");
    await advanceTime(50);
    await animationFrame();
    await clickSave();
    expect(unstyled(saved.body)).toInclude("end{{ contact.city or '' }}");
});

test("a subject takes a field where its cursor was, and no formatting", async () => {
    const saved = catchSaved();
    await mountMessage();
    await contains("[name=subject] input").click();
    queryOne("[name=subject] input").setSelectionRange(2, 2);
    await contains("[name=subject] .o_lifecycle_insert .o_select_menu_toggler").click();
    expect(".o_lifecycle_insert_menu .o_select_menu_item:contains(Closing)").toHaveCount(0);
    await contains(".o_lifecycle_insert_menu .o_select_menu_item:contains(First name)").click();
    await advanceTime(50);
    await animationFrame();
    expect("[name=subject] input").toHaveValue("He{{ contact.first_name or '' }}llo");
    await clickSave();
    expect(saved.subject).toBe("He{{ contact.first_name or '' }}llo");
});

test("a space at the end is still there when a field follows it", async () => {
    await mountMessage();
    await contains("[name=subject] input").edit("Welcome ", { confirm: "blur" });
    await choose("City", "[name=subject]");
    expect("[name=subject] input").toHaveValue("Welcome {{ contact.city or '' }}");
});

test("what is typed is shown after a pause, unsaved", async () => {
    await mountMessage();
    expect(asked.length).toBe(1);
    await contains("[name=subject] input").edit("Good morning", { confirm: false });
    await advanceTime(300);
    expect(asked.length).toBe(1);
    await advanceTime(1000);
    expect(asked.at(-1)[1].subject).toBe("Good morning");
    putCursor("p:last-of-type");
    await insertText(editor, "ing");
    await advanceTime(1500);
    expect(asked.at(-1)[1].body).toInclude("<p>ending</p>");
    expect(asked.at(-1)[1].body).toInclude("{% if orders.count &gt; 3 %}<p>");
});

test("a click on a field changes it or takes it out", async () => {
    const saved = catchSaved();
    await mountMessage();
    await contains(".odoo-editor-editable .o_lifecycle_marker:first").click();
    await contains(".modal input").edit("{{ contact.first_name or 'friend' }}", { confirm: false });
    await contains(".modal .btn-primary").click();
    expect(".odoo-editor-editable .o_lifecycle_marker:first").toHaveText("First name, or “friend”");
    await contains(".odoo-editor-editable .o_lifecycle_marker_block:first").click();
    await contains(".modal button:contains(Take it out)").click();
    await clickSave();
    expect(unstyled(saved.body)).toInclude("or 'friend'");
    expect(saved.body).not.toInclude("{% if");
});

test("what is no placeholder is not taken for one", async () => {
    await mountMessage();
    await contains(".odoo-editor-editable .o_lifecycle_marker:first").click();
    await contains(".modal input").edit("first name", { confirm: false });
    expect(".modal .btn-primary").toHaveProperty("disabled", true);
});

test("problems stand beside the text, are marked in it and mended by a click", async () => {
    answer.problems = [
        {
            severity: "blocking",
            text: "body",
            place: "Body",
            language: "English",
            message: "There is no value called “contact.frist_name”.",
            line: 1,
            column: 7,
            found: "{{ contact.first_name or 'you' }}",
            replacement: "{{ contact.name }}",
        },
    ];
    await mountMessage();
    expect(".o_lifecycle_problem").toHaveText(/Body, English, character 7/);
    expect(".odoo-editor-editable .o_lifecycle_marker_wrong").toHaveCount(1);
    await contains(".o_lifecycle_problem button").click();
    expect(".odoo-editor-editable .o_lifecycle_marker:first").toHaveText("contact.name");
});

test("the mail runs no scripts, and a telephone is narrow", async () => {
    await mountMessage();
    expect("iframe.o_lifecycle_preview_mail").toHaveAttribute("sandbox", "allow-same-origin");
    expect("iframe.o_lifecycle_preview_mail").toHaveAttribute("srcdoc", SEEN.html);
    await contains(".o_lifecycle_preview button[aria-label='On a telephone']").click();
    expect(".o_lifecycle_preview_phone").toHaveCount(1);
    await contains(".o_lifecycle_preview button[aria-label='Text only']").click();
    expect("pre.o_lifecycle_preview_plain").toHaveText("Hi Liisa");
});

test("a language and a test", async () => {
    onRpc("lifecycle.message.editor", "send_test", ({ args }) => {
        expect.step(args.slice(2));
        return args[4];
    });
    await mountMessage();
    await contains(".o_lifecycle_preview select").select("fi_FI");
    await animationFrame();
    expect(asked.at(-1)[3]).toBe("fi_FI");
    await contains(".o_lifecycle_test button").click();
    expect.verifySteps([[3, "fi_FI", "me@acme.example"]]);
    await waitFor(".o_notification:contains(me@acme.example)");
});

test("beside a mail stands the SMS that takes its place", async () => {
    const size = { places: 5, parts: 1, encoding: "GSM", cost: "0.07 €" };
    answer = { short: { sms: "Short", size } };
    await mountMessage();
    expect("iframe.o_lifecycle_preview_mail").toHaveCount(1);
    expect(".o_lifecycle_preview_bubble").toHaveText("Short");
    expect(".o_lifecycle_preview_size").toHaveText("5 characters, 1 SMS (GSM), 0.07 €");
});

test("an SMS shows its parts", async () => {
    answer = { html: "", sms: "Hi there", size: { places: 8, parts: 1, encoding: "GSM" } };
    await mountMessage(2);
    expect(".o_lifecycle_preview_bubble").toHaveText("Hi there");
    expect(".o_lifecycle_preview_size").toHaveText("8 characters, 1 SMS (GSM)");
    await click("[name=body_text] textarea");
    await edit("Hello", { confirm: false });
    await advanceTime(1500);
    expect(asked.at(-1)[1].channel).toBe("sms");
    expect(asked.at(-1)[1].body_text).toBe("Hello");
});
