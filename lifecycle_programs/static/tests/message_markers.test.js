import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import {
    describePlaceholder,
    fromMarkers,
    toMarkers,
} from "@lifecycle_programs/message_editor/message_markers";

const LABELS = { "contact.first_name": "First name", "orders.count": "Orders", offers: "Products" };

beforeEach(() => allowTranslations());

function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
}

describe("what is stored comes back as it was", () => {
    const ROUND_TRIPS = {
        field: `<p>Hi {{ contact.first_name or 'you' }}!</p>`,
        "inline condition": `<p>Hi{% if contact.first_name %} {{ contact.first_name }}{% endif %},</p>`,
        "condition around paragraphs": `<p>a</p>{% if orders.count &gt; 3 %}<p>b</p>{% else %}<p>c</p>{% endif %}<p>d</p>`,
        "rows of a table": `<table><tbody><tr><td>Head</td></tr>{% for offer in offers %}<tr><td>{{ offer.name }}</td></tr>{% endfor %}</tbody></table>`,
        "rows in rows": `<table><tbody>{% if a %}{% for o in offers %}<tr><td>x</td></tr>{% if b %}<tr><td>y</td></tr>{% endif %}{% endfor %}{% endif %}</tbody></table>`,
        "items of a list": `<ul>{% for offer in offers %}<li>{{ offer.name }}</li>{% endfor %}</ul>`,
        "cells of a row": `<table><tbody><tr>{% if a %}<td>1</td>{% else %}<td>2</td>{% endif %}</tr></tbody></table>`,
        "address of a link": `<p><a href="{{ entry.link or 'https://acme.example/?a=1&amp;b=2' }}">Go</a></p>`,
        "quotation marks": `<p>{{ "a" }} {{ contact.name or "x" | upper }}</p>`,
        "note and set": `<p>{# for Anna #}{% set x = 3 %}{{ x }}</p>`,
        "text at the root": `Hello {{ contact.first_name }}`,
        "image and line break": `<p>a<br>{{ b }}<img src="/web/image/1?x=1&amp;y=2" alt="{{ c }}"></p>`,
    };
    for (const [name, html] of Object.entries(ROUND_TRIPS)) {
        test(name, () => {
            expect(fromMarkers(toMarkers(html, LABELS))).toBe(html);
            // And again, as when a message is opened often.
            expect(fromMarkers(toMarkers(fromMarkers(toMarkers(html, LABELS))))).toBe(html);
        });
    }

    test("no placeholder is left as text in the editor", () => {
        for (const html of Object.values(ROUND_TRIPS)) {
            expect(parse(toMarkers(html)).textContent).not.toMatch(/\{\{|\{%/);
        }
    });
});

describe("in the editor", () => {
    test("a field shows its label and cannot be typed into", () => {
        const marker = parse(toMarkers(`<p>{{ contact.first_name or 'you' }}</p>`, LABELS)).querySelector("span");
        expect(marker).toHaveText("First name, or “you”");
        expect(marker).toHaveAttribute("contenteditable", "false");
        expect(marker.getAttribute("data-lifecycle-source")).toBe("{{ contact.first_name or 'you' }}");
    });

    test("a block between paragraphs is one itself, one in a sentence is not", () => {
        const between = parse(toMarkers(`<p>a</p>{% if x %}<p>b</p>{% endif %}`));
        expect(between.querySelectorAll("div.o_lifecycle_marker_block").length).toBe(2);
        const within = parse(toMarkers(`<p>a{% if x %}b{% endif %}</p>`));
        expect(within.querySelectorAll("span.o_lifecycle_marker_block").length).toBe(2);
    });

    test("a block alone in a paragraph leaves no empty paragraph behind", () => {
        const html = `<p>a</p><p>{% if x %}</p><p>b</p><p>{% endif %}</p>`;
        expect(fromMarkers(toMarkers(html))).toBe(`<p>a</p>{% if x %}<p>b</p>{% endif %}`);
    });

    test("a text that begins with a block gets a frame", () => {
        const html = `{% if x %}<p>b</p>{% endif %}`;
        const stored = fromMarkers(toMarkers(html));
        expect(stored).toBe(`<div>${html}</div>`);
        expect(fromMarkers(toMarkers(stored))).toBe(stored);
    });

    test("a comparison is not taken for a tag", () => {
        expect(fromMarkers(toMarkers(`<p>{% if a &lt; b and c &gt; d %}x{% endif %}</p>`))).toBe(
            `<p>{% if a &lt; b and c &gt; d %}x{% endif %}</p>`
        );
    });

    test("what a value holds cannot become an element", () => {
        const html = `<p>{{ x or '&lt;img src=x onerror=alert(1)&gt;' }}</p>`;
        const content = parse(toMarkers(html));
        expect(content.querySelector("img")).toBe(null);
        expect(fromMarkers(toMarkers(html))).toBe(html);
    });
});

test("placeholders in words", () => {
    const says = (source) => String(describePlaceholder(source, LABELS));
    expect(says("{{ contact.first_name }}")).toBe("First name");
    expect(says("{{ orders.count | number }}")).toBe("Orders");
    expect(says("{{ some.thing }}")).toBe("some.thing");
    expect(says("{% if orders.count > 3 %}")).toBe("Only if Orders > 3");
    expect(says("{%- else -%}")).toBe("Otherwise");
    expect(says("{% for offer in offers %}")).toBe("For each of: Products");
    expect(says("{% endfor %}")).toBe("End of “for each”");
});
