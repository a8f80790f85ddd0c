// What is typed into an ordinary form of the page is kept for as long as the tab is open, until it has been sent: a
// change of language, a lost connection or an ended sign-in loses none of it. What a form says of what it was begun from
// (`data-kept`) is kept with it. Passwords are never kept. What messages are written in keeps drafts of its own.

import { keepInTab, keysInTab, readInTab, tabKeyOf } from "./drafts.js";
import { tell } from "./toast.js";

const SWITCHED = "extranet:switched";
const NOT_TEXT = ["hidden", "file", "submit", "button", "reset", "search", "fieldset", "output"];

const forms = new Set([...document.querySelectorAll("main form")].filter(isKept));
const isSentBack = Boolean(document.querySelector(".error-summary"));
const isRefusal = Boolean(document.querySelector(".status-page")) || location.pathname === "/sign-in";
const isSwitched = Boolean(readInTab(SWITCHED));
const isBack = isSwitched || ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);

// After a refusal, a new sign-in or another language, the next page may be the form again.
keepInTab(SWITCHED, isRefusal || null);
if (!isRefusal && !isSentBack) dropWhatArrived();
for (const form of forms) welcome(form);

document.addEventListener("input", ({ target }) => note(target.form));
document.addEventListener("change", ({ target }) => note(target.form));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".languages")) keepInTab(SWITCHED, true);
  queueMicrotask(() => {
    const kept = readInTab(tabKeyOf(form));
    if (forms.has(form) && kept && !event.defaultPrevented) keepInTab(tabKeyOf(form), { ...kept, isSent: true });
  });
});

document.addEventListener("click", ({ target }) => {
  const form = target.closest?.(".buttons a.button")?.closest("form");
  if (form && forms.has(form)) keepInTab(tabKeyOf(form), null);
});

// A page that is no refusal came of what was sent, unless it is the very form once more.
function dropWhatArrived() {
  const here = new Set([...forms].map(tabKeyOf));
  for (const key of keysInTab()) {
    if (readInTab(key).isSent && !isSwitched && !(isBack && here.has(key))) keepInTab(key, null);
  }
}

function welcome(form) {
  if (!isFirst(form)) return;
  const key = tabKeyOf(form);
  // A form that was sent back holds what was typed, and says what is wrong with it.
  if (isSentBack) {
    note(form);
    return;
  }
  const kept = readInTab(key);
  if (!kept) return;
  if (isBack && fill(form, kept.fields)) tell(document.getElementById("toasts").dataset.broughtBack);
  keepInTab(key, isBack ? { fields: kept.fields } : null);
}

function note(form) {
  if (form && forms.has(form) && isFirst(form)) keepInTab(tabKeyOf(form), { fields: fieldsOf(form).map(valueOf) });
}

// Of several forms with one address only the first is kept.
function isFirst(form) {
  const key = tabKeyOf(form);
  return [...forms].find((other) => tabKeyOf(other) === key) === form;
}

// Forms in which one writes something; those with a password are left alone, and so are messages.
function isKept(form) {
  if (form.method !== "post" || form.matches(".editor") || form.querySelector("[type=password]")) return false;
  return fieldsOf(form).some((field) => !isTick(field) && field.type !== "select-one");
}

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && ("kept" in field.dataset || !NOT_TEXT.includes(field.type)));
}

function valueOf(field) {
  if (isTick(field)) return [field.name, field.value, field.checked];
  return [field.name, field.multiple ? [...field.selectedOptions].map(({ value }) => value) : field.value];
}

// Put back what was typed; whether anything was different from what stands there.
function fill(form, kept) {
  const left = [...kept];
  let isChanged = false;
  for (const field of fieldsOf(form)) {
    const at = left.findIndex(([name, value]) => name === field.name && (!isTick(field) || value === field.value));
    if (at < 0) continue;
    const [[, value, checked]] = left.splice(at, 1);
    if (JSON.stringify(valueOf(field).slice(1)) === JSON.stringify(isTick(field) ? [value, checked] : [value])) continue;
    isChanged = true;
    if (isTick(field)) field.checked = checked;
    else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
    field.dispatchEvent(new Event(isTick(field) ? "change" : "input", { bubbles: true }));
  }
  return isChanged;
}

function isTick(field) {
  return field.type === "checkbox" || field.type === "radio";
}
