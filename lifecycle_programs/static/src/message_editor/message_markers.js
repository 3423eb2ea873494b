import { _t } from "@web/core/l10n/translation";

/**
 * Placeholders of a message inside Odoo's HTML editor.
 *
 * A message is stored as the sender reads it: HTML with `{{ fields }}` and `{% blocks %}`.
 * In the editor each of them is an element of its own, so that nothing is typed into it,
 * no formatting tears it apart, and it says in words what it stands for. Between the rows
 * of a table or of a list no such element can stand; there they are attributes of the row.
 */

const PLACEHOLDER = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const TAG = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][\w:-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/g;
const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** What holds rows and nothing else. */
const HOLDS_ROWS = new Set("table thead tbody tfoot tr ul ol colgroup".split(" "));
const BLOCKS = "P,DIV,UL,OL,TABLE,H1,H2,H3,H4,H5,H6,BLOCKQUOTE,PRE,HR,SECTION,ARTICLE,CENTER";
const ENDS_BLOCK = /^\{%[-+]?\s*end/;

export const SOURCE = "data-lifecycle-source";
export const BEFORE = "data-lifecycle-before";
export const AFTER = "data-lifecycle-after";
export const MARKER = `[${SOURCE}]`;

/**
 * What the editor shows for a stored text.
 *
 * @param {string} html
 * @param {Object} labels what people call the values, by name
 * @returns {string}
 */
export function toMarkers(html, labels = {}) {
    const template = document.createElement("template");
    template.innerHTML = new Marking(String(html || "")).run();
    for (const marker of template.content.querySelectorAll(MARKER)) {
        paintMarker(marker, labels);
    }
    for (const marker of template.content.querySelectorAll(`span${MARKER}`)) {
        standAlone(marker, labels);
    }
    return template.innerHTML;
}

/**
 * The text that is stored for what the editor shows; the opposite of `toMarkers`.
 *
 * @param {string} html
 * @returns {string}
 */
export function fromMarkers(html) {
    const template = document.createElement("template");
    template.innerHTML = String(html || "").replaceAll("\ufeff", "");
    const root = template.content;
    for (const marker of root.querySelectorAll(MARKER)) {
        marker.replaceWith(marker.getAttribute(SOURCE));
    }
    for (const element of root.querySelectorAll(`[${BEFORE}], [${AFTER}]`)) {
        element.before(element.getAttribute(BEFORE) || "");
        element.after(element.getAttribute(AFTER) || "");
        element.removeAttribute(BEFORE);
        element.removeAttribute(AFTER);
    }
    root.normalize();
    // The server would put a text that begins with a block into a paragraph of its own.
    const first = [...root.childNodes].find((node) => node.textContent.trim() || node.tagName);
    if (first?.nodeType === Node.TEXT_NODE && root.children.length) {
        const wrapper = document.createElement("div");
        wrapper.append(...root.childNodes);
        root.append(wrapper);
    }
    return template.innerHTML;
}

/**
 * An element that stands for a placeholder.
 *
 * @param {string} source
 * @param {Object} labels
 * @param {string} tagName
 */
export function makeMarker(source, labels = {}, tagName = "span") {
    const marker = document.createElement(tagName);
    marker.setAttribute(SOURCE, source);
    paintMarker(marker, labels);
    return marker;
}

/** Have a marker look as its source says. */
export function paintMarker(marker, labels) {
    const source = marker.getAttribute(SOURCE);
    const kind = source.startsWith("{{") ? "field" : "block";
    marker.classList.add("o_lifecycle_marker", `o_lifecycle_marker_${kind}`);
    marker.setAttribute("contenteditable", "false");
    marker.setAttribute("title", source);
    const words = describePlaceholder(source, labels);
    if (marker.textContent !== words) {
        marker.textContent = words;
    }
}

/**
 * A placeholder in words: its field's label, or what a block does.
 *
 * @param {string} source
 * @param {Object} labels
 */
export function describePlaceholder(source, labels = {}) {
    const inner = source.replace(/^\{[{%#][-+]?\s*/, "").replace(/\s*[-+]?[}%#]\}$/, "");
    if (source.startsWith("{#")) {
        return _t("Note: %s", inner);
    }
    if (source.startsWith("{{")) {
        const [name, ...rest] = inner.split(/\s*(?:\||\bor\b)\s*/);
        const fallback = /\bor\s+(['"])(.+?)\1\s*$/.exec(inner);
        const label = labels[name.trim()];
        if (!label || rest.length > 3) {
            return label || inner;
        }
        return fallback ? _t("%(field)s, or “%(text)s”", { field: label, text: fallback[2] }) : label;
    }
    const [word, ...rest] = inner.split(/\s+/);
    const condition = withLabels(rest.join(" "), labels);
    const loop = /^(\w+)\s+in\s+(.+)$/.exec(rest.join(" "));
    switch (word) {
        case "if":
            return _t("Only if %s", condition);
        case "elif":
            return _t("Or if %s", condition);
        case "else":
            return _t("Otherwise");
        case "endif":
            return _t("End of “only if”");
        case "for":
            return loop ? _t("For each of: %s", withLabels(loop[2], labels)) : inner;
        case "endfor":
            return _t("End of “for each”");
    }
    return inner;
}

function withLabels(text, labels) {
    const words = { "==": _t("is"), "!=": _t("is not"), ...labels };
    const parts = /'[^']*'|"[^"]*"|[!=]=|[a-z_]\w*(?:\.\w+)*/g;
    return text.replace(parts, (part) => words[part] || part);
}

/** A block between paragraphs is one itself, so that no empty paragraph is sent for it. */
function standAlone(marker, labels) {
    if (!marker.isConnected && !marker.parentNode) {
        return;
    }
    const source = marker.getAttribute(SOURCE);
    const parent = marker.parentNode;
    if (source.startsWith("{{")) {
        return;
    }
    const others = [...parent.childNodes].filter(
        (node) => !(node.matches?.(MARKER) || (node.nodeType === Node.TEXT_NODE && !node.data.trim()))
    );
    const onlyBlocks = others.every((node) => node.matches?.(BLOCKS));
    const isAlone = !others.length || others.every((node) => node.tagName === "BR");
    if (parent.tagName === "P" && isAlone && !parent.querySelector(`${MARKER}[${SOURCE}^="{{"]`)) {
        parent.replaceWith(
            ...[...parent.querySelectorAll(MARKER)].map((one) =>
                makeMarker(one.getAttribute(SOURCE), labels, "div")
            )
        );
    } else if (parent.tagName !== "P" && others.length && onlyBlocks) {
        marker.replaceWith(makeMarker(source, labels, "div"));
    }
}

/** Goes through the text, before a browser reads it: a browser would move what stands
 * between the rows of a table out of it. */
class Marking {
    constructor(html) {
        this.html = html;
        this.pieces = [];
        /** The open elements: name, and where the tags of their last child stand. */
        this.open = [{ name: "", last: null }];
        /** What waits for the next row. */
        this.waiting = "";
    }

    get parent() {
        return this.open.at(-1);
    }

    run() {
        let end = 0;
        for (const match of this.html.matchAll(TAG)) {
            this.takeText(this.html.slice(end, match.index));
            this.takeTag(match);
            end = match.index + match[0].length;
        }
        this.takeText(this.html.slice(end));
        return this.pieces.join("");
    }

    takeText(text) {
        const isBetweenRows = HOLDS_ROWS.has(this.parent.name);
        this.pieces.push(
            text.replace(PLACEHOLDER, (source) =>
                isBetweenRows ? this.keepForRow(source) : this.mark(source)
            )
        );
    }

    /** The text is HTML already, so that only quotation marks have to be written. */
    quote(source) {
        return source.replaceAll('"', "&quot;");
    }

    mark(source) {
        return `<span ${SOURCE}="${this.quote(source)}"></span>`;
    }

    keepForRow(source) {
        if (ENDS_BLOCK.test(source) && !this.waiting && this.parent.last !== null) {
            this.addTo(this.parent.last, AFTER, source);
        } else {
            this.waiting += source;
        }
        return "";
    }

    addTo(index, name, source) {
        const tag = this.pieces[index];
        const present = new RegExp(`(${name}="[^"]*)"`);
        this.pieces[index] = present.test(tag)
            ? tag.replace(present, (_all, start) => `${start}${this.quote(source)}"`)
            : tag.replace(/\s*\/?>$/, (end) => ` ${name}="${this.quote(source)}"${end}`);
    }

    takeTag([tag, closing, name]) {
        name = name?.toLowerCase();
        if (!name) {
            this.pieces.push(tag);
        } else if (closing) {
            this.closeElement(name);
            this.pieces.push(tag);
        } else {
            this.parent.last = this.pieces.push(tag) - 1;
            if (this.waiting && HOLDS_ROWS.has(this.parent.name)) {
                this.addTo(this.parent.last, BEFORE, this.waiting);
                this.waiting = "";
            }
            if (!VOID.has(name) && !tag.endsWith("/>")) {
                this.open.push({ name, last: null });
            }
        }
    }

    closeElement(name) {
        const index = this.open.findLastIndex((element) => element.name === name);
        if (index < 1) {
            return;
        }
        if (this.waiting && this.parent.last !== null) {
            this.addTo(this.parent.last, AFTER, this.waiting);
        }
        this.waiting = "";
        this.open.length = index;
    }
}
