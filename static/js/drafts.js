// What was typed and not yet sent, kept in this browser for the member who typed it, until it is sent.

import { newId } from "./ids.js";

const KIND = "extranet:draft";
const FORMS = "extranet:form";
const FOLLOWED = "extranet:followed";
const NAMED = "extranet:named";
const SENT = "extranet:sent";
const LEFT = "extranet:left";
const OLDEST = 30 * 24 * 3_600_000;

const TAB = "extranet:tab";
const APART = "@";

const member = document.body.dataset.member;
const tab = takeTab();
let isLeft = false; // who has signed out leaves nothing here, whatever is still answered; who types on has stayed
document.addEventListener("input", ({ isTrusted }) => isTrusted && (isLeft = false), { capture: true });
globalThis.addEventListener?.("pageshow", () => (isLeft = false));
globalThis.addEventListener?.("storage", ({ key, newValue }) => key === LEFT && newValue === member && leave());

// The key of a form's draft: who, where to, and which message it answers; of this tab alone where it has gone apart.
export function keyOf(form) {
  return isApart(form) ? apartKeyOf(form) : sharedKeyOf(form);
}

// The key of the draft that all tabs share as long as they say the same.
export function sharedKeyOf(form) {
  return keyAt(form, form.elements.answers?.value ?? "");
}

// Whether this tab keeps a text of its own beside the one of another tab.
export function isApart(form) {
  return read(apartKeyOf(form)) !== null;
}

export function keepApart(form, value) {
  keep(apartKeyOf(form), value);
}

// The keys of what other tabs keep for the same place.
export function keysOfOthers(form) {
  const shared = sharedKeyOf(form);
  const all = [shared, ...keysOf(localStorage, `${shared}${APART}`).filter((key) => !key.endsWith(":files"))];
  return all.filter((key) => key !== keyOf(form) && read(key) !== null);
}

// The same where the form would answer another message.
export function keyAt(form, answers) {
  return `${KIND}:${member}:${addressOf(form)}:${answers}`;
}

// What this browser knows of a draft that the server keeps: {version, words, isSent}.
export function followed(slug, place) {
  return read(followedKeyOf(slug, place));
}

export function follow(slug, place, known) {
  keep(followedKeyOf(slug, place), known);
}

// The id with which a draft is sent, from whichever tab or device; null where nothing can be kept. It stands for what is
// said alone: other words, or other files, get another one. What the server knows by an id is therefore never anything else.
export function idOf(key, says) {
  const isKnown = () => JSON.stringify(named(key)?.says) === JSON.stringify(says);
  if (!isKnown()) setId(key, says, newId());
  return isKnown() ? named(key).id : null;
}

// What is said here has its id from another device.
export function setId(key, says, id) {
  keep(namedKeyOf(key), id ? { says, id } : null);
}

// What was kept under one key, its files, and the id that it is sent with go on under another.
export function move(from, to) {
  const [value, files, known] = [read(from), read(filesKeyOf(from)), named(from)];
  for (const key of [from, filesKeyOf(from)]) keep(key, null);
  keep(to, value);
  if (files) keep(filesKeyOf(to), files);
  if (known) setId(to, known.says, known.id);
}

// The key of the files that go with a draft.
export function filesKeyOf(key) {
  return `${key}:files`;
}

// The key of what is typed into an ordinary form, for as long as the tab is open.
export function tabKeyOf(form) {
  return `${FORMS}:${member}:${addressOf(form)}`;
}

export function read(key) {
  return attempt(() => JSON.parse(localStorage.getItem(key) ?? "null")?.value) ?? null;
}

export function keep(key, value) {
  const isEmpty = value === null || value === "" || (Array.isArray(value) && !value.length);
  if (isLeft && !isEmpty) return;
  attempt(() => (isEmpty ? localStorage.removeItem(key) : localStorage.setItem(key, JSON.stringify({ value, at: Date.now() }))));
  if (isEmpty) attempt(() => localStorage.removeItem(namedKeyOf(key)));
  document.dispatchEvent(new Event("extranet:kept"));
}

// Each text that this member has here: {key, path, answers, value}. What waits to be sent, and files, are not among them.
export function drafts() {
  const beginning = `${KIND}:${member}:`;
  const keys = keysOf(localStorage, `${beginning}/`).filter((key) => !key.endsWith(":files"));
  return keys.map((key) => {
    const [path, answers] = key.slice(beginning.length).split(APART)[0].split(":");
    return { key, path, answers, value: read(key) };
  });
}

export function readInTab(key) {
  return attempt(() => JSON.parse(sessionStorage.getItem(key) ?? "null")) ?? null;
}

export function keepInTab(key, value) {
  attempt(() => (value === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, JSON.stringify(value))));
}

// Every key of what is typed into ordinary forms in this tab, by this member.
export function keysInTab() {
  return keysOf(sessionStorage, `${FORMS}:${member}:`);
}

// Whether this member has typed something here that is not sent yet.
export function hasUnsent() {
  return Boolean(member) && [...keysOf(localStorage, `${KIND}:${member}:`), ...keysInTab()].length > 0;
}

// Take away all that this member has typed and not sent, in all tabs: the next one at this device finds nothing.
export function forget() {
  leave();
  attempt(() => localStorage.setItem(LEFT, member));
  attempt(() => localStorage.removeItem(LEFT));
}

// Whether what a form holds was written where its thread stood before it was moved, as this page is the first to find.
export function hasMoved(form) {
  const key = keyOf(form);
  return [key, filesKeyOf(key)].some((kept) => broughtAlong.has(kept) && read(kept) !== null);
}

// A form that leaves the page says how the next page shows that it arrived: `selector` is found there.
export function isLeaving(key, selector) {
  attempt(() => sessionStorage.setItem(SENT, JSON.stringify({ key, selector })));
}

attempt(() => {
  const left = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  if (left && document.querySelector(left.selector)) for (const key of [left.key, filesKeyOf(left.key)]) keep(key, null);
  sessionStorage.removeItem(SENT);
  for (const key of [KIND, FOLLOWED, NAMED].flatMap((kind) => keysOf(localStorage, `${kind}:`))) {
    if (Date.now() - (JSON.parse(localStorage.getItem(key)).at ?? 0) > OLDEST) localStorage.removeItem(key);
  }
});

const broughtAlong = new Set(); // keys of what was written elsewhere, before other people

// A thread that was moved has brought along what was typed where it stood before, and its files; what stands here stays.
attempt(() => {
  if (!document.querySelector("live-thread, form.editor")) return;
  const [, here, thing] = location.pathname.match(/^(\/workspaces\/[^/]+)(\/(?:threads|messages)\/[^/]+)/) ?? [];
  for (const kind of here ? [KIND, NAMED] : []) {
    const beginning = `${kind}:${member}:`;
    for (const key of keysOf(localStorage, `${beginning}/workspaces/`)) {
      const now = beginning + key.slice(beginning.length).replace(/^\/workspaces\/[^/]+/, here);
      if (!now.startsWith(`${beginning}${here}${thing}/`) || localStorage.getItem(now) !== null) continue;
      localStorage.setItem(now, localStorage.getItem(key));
      localStorage.removeItem(key);
      broughtAlong.add(now);
    }
  }
});

// What is written to a thread or a message is the same wherever that is moved.
function followedKeyOf(slug, place) {
  return `${FOLLOWED}:${member}:${place === "new" ? `${slug}/new` : place}`;
}

function named(key) {
  return read(namedKeyOf(key));
}

// It goes with its draft: what is written there next gets an id of its own, also if it says the same.
function namedKeyOf(key) {
  return key.replace(KIND, NAMED);
}

function apartKeyOf(form) {
  return `${sharedKeyOf(form)}${APART}${tab}`;
}

// Also in a tab that hears of it from another one.
function leave() {
  isLeft = true;
  for (const kind of [KIND, FOLLOWED, NAMED]) {
    for (const key of keysOf(localStorage, `${kind}:${member}:`)) attempt(() => localStorage.removeItem(key));
  }
  for (const key of keysInTab()) keepInTab(key, null);
}

// The tab's name survives its reload; a copy of the tab does not find it, so each has its own.
function takeTab() {
  const name = attempt(() => sessionStorage.getItem(TAB)) ?? newId();
  attempt(() => sessionStorage.removeItem(TAB));
  globalThis.addEventListener?.("pagehide", () => attempt(() => sessionStorage.setItem(TAB, name)));
  return name;
}

function addressOf(form) {
  // A field may be called «action» too, so the attribute is asked.
  return new URL(form.getAttribute("action") || location.href, location.href).pathname;
}

function keysOf(storage, beginning) {
  return attempt(() => Object.keys(storage).filter((key) => key.startsWith(beginning))) ?? [];
}

// Storage may be full, forbidden or damaged: then nothing is kept, and nothing else fails.
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
