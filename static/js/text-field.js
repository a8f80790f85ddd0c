// Putting text into a field where the caret is, so that the field's own undo knows of it.

export function put(field, text) {
  field.focus();
  // The old command alone keeps the undo.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
