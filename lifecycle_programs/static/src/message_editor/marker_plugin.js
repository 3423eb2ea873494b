import { isHtmlContentSupported } from "@html_editor/core/selection_plugin";
import { Plugin } from "@html_editor/plugin";
import { withSequence } from "@html_editor/utils/resource";
import { _t } from "@web/core/l10n/translation";
import { MARKER, SOURCE, paintMarker, toMarkers } from "./message_markers";

const WRONG = "o_lifecycle_marker_wrong";
const isMarker = (node) => node?.nodeType === Node.ELEMENT_NODE && node.hasAttribute(SOURCE);

/**
 * The placeholders of a message in the editor: they are whole, tell what they stand for,
 * and open when they are clicked or, beside them, with Alt+Enter.
 */
export class MarkerPlugin extends Plugin {
    static id = "lifecycleMarker";
    static dependencies = ["dom", "history", "selection"];
    static shared = ["insertSource", "replaceSource", "showWrong", "getSelectedText"];
    resources = {
        user_commands: {
            id: "lifecycleInsert",
            title: _t("Insert a field"),
            description: _t("Customer data, products, content, a condition"),
            icon: "fa-magic",
            run: () => this.config.lifecycle.openMenu(),
            isAvailable: isHtmlContentSupported,
        },
        powerbox_categories: withSequence(5, { id: "lifecycle", name: _t("Message") }),
        powerbox_items: {
            categoryId: "lifecycle",
            commandId: "lifecycleInsert",
            keywords: [_t("field"), _t("placeholder"), _t("condition")],
        },
        power_buttons: withSequence(1, { commandId: "lifecycleInsert" }),
        normalize_handlers: withSequence(0, (root) => this.paint(root)),
        clean_for_save_handlers: ({ root }) => {
            for (const marker of root.querySelectorAll(`.${WRONG}`)) {
                marker.classList.remove(WRONG);
            }
        },
        unsplittable_node_predicates: isMarker,
        functional_empty_node_predicates: isMarker,
        is_node_editable_predicates: (node) => (isMarker(node) ? false : undefined),
        selectors_for_feff_providers: () => `span${MARKER}`,
        system_classes: [WRONG],
    };

    setup() {
        this.addDomListener(this.editable, "click", (ev) => {
            const marker = ev.target.closest?.(MARKER);
            if (marker) {
                this.edit(marker);
            }
        });
        this.addDomListener(this.editable, "keydown", (ev) => {
            const marker = ev.altKey && ev.key === "Enter" && this.findNear();
            if (marker) {
                ev.preventDefault();
                ev.stopPropagation();
                this.edit(marker);
            }
        });
    }

    get labels() {
        return this.config.lifecycle.getLabels();
    }

    paint(root) {
        const markers = root.matches?.(MARKER) ? [root] : root.querySelectorAll?.(MARKER) || [];
        for (const marker of markers) {
            paintMarker(marker, this.labels);
        }
    }

    /** The marker beside the cursor. */
    findNear() {
        const { anchorNode, anchorOffset } = this.dependencies.selection.getEditableSelection();
        const around =
            anchorNode.nodeType === Node.TEXT_NODE
                ? [anchorNode.previousSibling, anchorNode.nextSibling]
                : [anchorNode.childNodes[anchorOffset - 1], anchorNode.childNodes[anchorOffset]];
        return around.find(isMarker) || null;
    }

    edit(marker) {
        this.config.lifecycle.edit(marker.getAttribute(SOURCE), (source) => {
            if (source) {
                marker.setAttribute(SOURCE, source);
                paintMarker(marker, this.labels);
            } else {
                marker.remove();
            }
            this.dependencies.history.addStep();
        });
    }

    getSelectedText() {
        return this.dependencies.selection.getEditableSelection().textContent().trim();
    }

    /** Put HTML with placeholders where the cursor is. */
    insertSource(html) {
        this.dependencies.selection.focusEditable();
        const template = this.document.createElement("template");
        template.innerHTML = toMarkers(html, this.labels);
        this.dependencies.dom.insert(this.document.importNode(template.content, true));
        this.dependencies.history.addStep();
    }

    replaceSource(found, source) {
        for (const marker of this.editable.querySelectorAll(MARKER)) {
            if (marker.getAttribute(SOURCE) === found) {
                marker.setAttribute(SOURCE, source);
                paintMarker(marker, this.labels);
            }
        }
        this.dependencies.history.addStep();
    }

    showWrong(sources) {
        for (const marker of this.editable.querySelectorAll(MARKER)) {
            marker.classList.toggle(WRONG, sources.includes(marker.getAttribute(SOURCE)));
        }
    }
}
