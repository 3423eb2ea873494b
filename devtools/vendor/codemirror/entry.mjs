// What the rule editor uses of CodeMirror; nothing else gets into the bundle.
export {
    acceptCompletion,
    autocompletion,
    closeBrackets,
    closeBracketsKeymap,
    completionKeymap,
    completionStatus,
    startCompletion,
} from "@codemirror/autocomplete";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export {
    HighlightStyle,
    StreamLanguage,
    bracketMatching,
    syntaxHighlighting,
} from "@codemirror/language";
export { forceLinting, lintKeymap, linter, setDiagnostics } from "@codemirror/lint";
export { Annotation, Compartment, EditorState } from "@codemirror/state";
export { EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
export { tags } from "@lezer/highlight";
