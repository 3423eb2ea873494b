/* global LifecycleCodeMirror */
import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { ruleCompletion } from "./rule_completion";
import { ruleHighlighting, ruleLanguage } from "./rule_language";

/** The expression of a rule in CodeMirror, which is loaded when it is needed first. */
export class ExpressionEditor extends Component {
    static template = "lifecycle_programs.ExpressionEditor";
    static props = {
        rule: Object,
        id: { type: String, optional: true },
        label: { type: String, optional: true },
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.rule = useState(this.props.rule);
        this.root = useRef("root");
        this.view = null;
        onWillStart(() => loadBundle("lifecycle_programs.assets_codemirror"));
        // The names that it knows come with the setup, so a new one makes a new editor.
        useEffect(
            () => this.mountView(),
            () => [this.rule.setup]
        );
        useEffect(
            () => this.takeText(),
            () => [this.rule.text]
        );
        useEffect(
            () => this.showProblems(),
            () => [this.rule.problems, this.rule.checked, this.rule.setup]
        );
        onWillUnmount(() => this.view?.destroy());
    }

    mountView() {
        const { EditorView } = LifecycleCodeMirror;
        const selection = this.view?.state.selection;
        const hadFocus = this.view?.hasFocus;
        this.view?.destroy();
        this.view = new EditorView({
            doc: this.rule.text,
            selection,
            extensions: this.extensions,
            parent: this.root.el,
        });
        if (hadFocus) {
            this.view.focus();
        }
    }

    get extensions() {
        const cm = LifecycleCodeMirror;
        const { setup, server } = this.rule;
        const complete = ruleCompletion(setup, (fact, term) => server.completeValues(fact, term));
        return [
            cm.history(),
            ruleLanguage(setup),
            ruleHighlighting(),
            cm.bracketMatching(),
            cm.closeBrackets(),
            cm.autocompletion({ override: [complete], icons: false }),
            cm.linter(null),
            cm.tooltips({ parent: document.body }),
            cm.EditorView.lineWrapping,
            cm.placeholder(this.props.placeholder || _t("orders.count >= 2 and …")),
            cm.EditorView.contentAttributes.of({
                "aria-label": this.props.label || _t("Rule"),
                ...(this.props.id ? { id: this.props.id } : {}),
                spellcheck: "false",
                autocapitalize: "off",
                autocorrect: "off",
            }),
            // Tab leaves the editor, as it leaves every field.
            cm.keymap.of([
                ...cm.closeBracketsKeymap,
                ...cm.completionKeymap,
                ...cm.lintKeymap,
                ...cm.historyKeymap,
                ...cm.defaultKeymap,
            ]),
            cm.EditorView.updateListener.of((update) => this.onUpdate(update)),
        ];
    }

    onUpdate(update) {
        const text = update.state.doc.toString();
        if (update.docChanged && text !== this.rule.text) {
            this.rule.setText(text);
        }
    }

    /** The text was changed elsewhere. */
    takeText() {
        const { view, rule } = this;
        if (view.state.doc.toString() !== rule.text) {
            view.dispatch({
                changes: { from: 0, to: view.state.doc.length, insert: rule.text },
            });
        }
    }

    showProblems() {
        const { view, rule } = this;
        if (!rule.checked) {
            return;
        }
        const length = view.state.doc.length;
        const problems = rule.problems.filter(({ start }) => start !== undefined);
        const diagnostics = problems.map((problem) => ({
            from: Math.min(problem.start, length),
            to: Math.min(problem.end, length),
            severity: problem.severity,
            message: problem.message,
            actions: problem.replacement ? [this.quickFix(problem)] : [],
        }));
        view.dispatch(LifecycleCodeMirror.setDiagnostics(view.state, diagnostics));
    }

    quickFix({ replacement }) {
        return {
            name: _t("Write “%s”", replacement),
            apply: (view, from, to) =>
                view.dispatch({ changes: { from, to, insert: replacement } }),
        };
    }
}
