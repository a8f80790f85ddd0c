// How much is unread: beside threads and workspaces in lists (`li[data-thread]`, `[data-workspace="SLUG"]`), in the
// navigation and in the page's title. Each piece of news counts at once, unless its thread is muted; what was read or
// marked as unread on another device is told; what was missed meanwhile is asked of the server.

import { pauseAfter, pauseAskedBy } from "./pauses.js";

const ASK = "/workspaces/unread";
const PAUSE = 1_500;
const SPREAD = 4_000;
const PAUSES = { first: 10_000, longest: 300_000, spread: 0.5 };

let title = document.title;
const me = document.body.dataset.member;
const tabs = new BroadcastChannel(`extranet:unread:${me}`);
const known = new Map(); // workspace -> the last seq heard of
let timer;
let failures = 0;
let notBefore = 0; // the server is left in peace until then
let quiet = null; // what does not count, once the server has said it

document.addEventListener("extranet:change", ({ detail: item }) => {
  known.set(item.workspace, Math.max(item.seq, known.get(item.workspace) ?? 0));
  if (["thread-arrived", "thread-moved-away"].includes(item.kind)) ask(PAUSE + Math.random() * SPREAD);
  if (!["message-posted", "thread-opened"].includes(item.kind) || item.actor?.id === me) return;
  if (isBeingRead(item)) {
    ask();
    return;
  }
  // Not all who are online ask at the same moment.
  if (!quiet) ask(PAUSE + Math.random() * SPREAD);
  if (!counts(item)) return;
  for (const badge of [...badgesOf(item.workspace), ...totals()]) show(badge, numberOf(badge) + 1);
  showInTitle();
});

// The page is called otherwise from now on.
document.addEventListener("extranet:title", ({ detail }) => {
  title = detail;
  showInTitle();
});

document.addEventListener("extranet:read", ({ detail }) => {
  if (detail.thread) showOfThread(detail.thread, detail.unread);
  else quiet = null;
  renew(detail.workspaces);
});

// A workspace that is further than what was heard of it: something was missed.
document.addEventListener("extranet:head", ({ detail: heads }) => {
  const wasMissed = Object.entries(heads).some(([slug, seq]) => known.has(slug) && known.get(slug) < seq);
  for (const [slug, seq] of Object.entries(heads)) known.set(slug, seq);
  if (wasMissed) ask();
});

tabs.addEventListener("message", ({ data: workspaces }) => renew(workspaces));

addEventListener("pageshow", (event) => {
  if (event.persisted) ask();
});

// What could not be asked is asked when there is a network, or a sign-in, again.
addEventListener("online", () => askAfterTrouble());
document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && askAfterTrouble());

showInTitle();
if (document.querySelector("live-thread")) ask();

// Show these numbers, here and in the member's other tabs: workspace → unread, those without any left out.
export function showUnread(workspaces) {
  tabs.postMessage(workspaces);
  renew(workspaces);
}

function renew(workspaces) {
  for (const row of document.querySelectorAll("[data-workspace]")) {
    const number = workspaces[row.dataset.workspace] ?? 0;
    const badge = row.querySelector(".badge");
    if (badge) show(badge, number);
    row.classList.toggle("is-unread", number > 0);
  }
  const total = Object.values(workspaces).reduce((sum, number) => sum + number, 0);
  for (const badge of totals()) show(badge, total);
  showInTitle();
}

function showOfThread(id, number) {
  for (const row of document.querySelectorAll(`li[data-thread="${CSS.escape(id)}"]`)) {
    const badge = row.querySelector(".badge");
    if (badge) show(badge, number);
    row.classList.toggle("is-unread", number > 0);
  }
}

// A badge says its number to the eye, and in words to those who hear the page.
export function show(badge, number) {
  if (number === numberOf(badge)) return;
  badge.dataset.number = number;
  badge.replaceChildren();
  if (!number) return;
  const shown = document.createElement("span");
  shown.textContent = number < 100 ? number : "99+";
  badge.append(shown);
  const list = badge.closest("[data-many-new]");
  if (!list && number < 100) return;
  const words = list ? (number === 1 ? list.dataset.oneNew : list.dataset.manyNew) : "{n}";
  shown.setAttribute("aria-hidden", "true");
  const aloud = document.createElement("span");
  aloud.className = "visually-hidden";
  aloud.textContent = words.replace("{n}", number);
  badge.append(aloud);
}

export function numberOf(badge) {
  return Number(badge.dataset.number ?? (Number.parseInt(badge.firstElementChild?.textContent ?? badge.textContent, 10) || 0));
}

// The same rule as the server's: what is muted counts only where it mentions the member.
function counts({ workspace, thread, message }) {
  if (!quiet || message?.mentions?.some(({ id }) => id === me)) return true;
  if (quiet.followed.includes(thread)) return true;
  return !quiet.muted.includes(thread) && !quiet.workspaces.includes(workspace);
}

function ask(pause = PAUSE) {
  if (!totals().length && !document.querySelector("[data-workspace]")) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const answer = await fetch(ASK, { headers: { Accept: "application/json" } }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => null) : null; // a line may break in the middle of it
    if (said) take(said);
    else fail(answer);
  }, Math.max(pause, notBefore - Date.now()));
}

function askAfterTrouble() {
  if (!failures) return;
  notBefore = 0;
  ask(PAUSE + Math.random() * SPREAD);
}

function fail(answer) {
  notBefore = Date.now() + Math.max(pauseAfter(failures, PAUSES), pauseAskedBy(answer));
  failures += 1;
  if (answer?.status !== 401) ask();
}

function take(said) {
  failures = notBefore = 0;
  quiet = said.quiet;
  showUnread(said.workspaces);
}

function badgesOf(slug) {
  return document.querySelectorAll(`[data-workspace="${CSS.escape(slug)}"] .badge`);
}

function totals() {
  return document.querySelectorAll('[data-count="unread"]');
}

function isBeingRead(item) {
  return !document.hidden && Boolean(document.querySelector(`live-thread[data-thread="${CSS.escape(item.thread)}"]`));
}

function showInTitle() {
  const [badge] = totals();
  const number = badge ? numberOf(badge) : 0;
  document.title = number ? `(${number < 100 ? number : "99+"}) ${title}` : title;
}
