// How much is unread: beside threads and workspaces in lists (`li[data-thread]`, `[data-workspace="SLUG"]`), in the
// navigation and in the page's title. What is said counts at once where it is known to count; what was read or marked as
// unread on another device is told; what only the server knows is asked of it: what was missed, retracted or moved, what
// an edit does in a muted thread. One question, put off by chance, asks for all that came meanwhile.

import { pauseAfter, pauseAskedBy } from "./pauses.js";

const ASK = "/workspaces/unread";
const PAUSE = 1_500;
const SPREAD = 4_000;
const PAUSES = { first: 10_000, longest: 300_000, spread: 0.5 };
const BRINGS_WORDS = new Set(["message-posted", "thread-opened"]);
const MOVES = new Set(["thread-arrived", "thread-moved-away"]);

let title = document.title;
const me = document.body.dataset.member;
const tabs = new BroadcastChannel(`extranet:unread:${me}`);
const known = new Map(); // workspace -> the last seq heard of
let timer = null;
let heardAt = 0; // of what an answer to an earlier question may not know
let askedAt = 0;
let failures = 0;
let notBefore = 0; // the server is left in peace until then
let quiet = null; // what does not count, once the server has said it
let numbers = null; // workspace -> unread there, once the server has said it

document.addEventListener("extranet:change", ({ detail: item }) => {
  known.set(item.workspace, Math.max(item.seq, known.get(item.workspace) ?? 0));
  heardAt = performance.now();
  if (counts(item)) addOne(item.workspace);
  else if (mayCount(item)) ask();
});

// The page is called otherwise from now on.
document.addEventListener("extranet:title", ({ detail }) => {
  title = detail;
  showInTitle();
});

document.addEventListener("extranet:read", ({ detail }) => {
  if (detail.thread) showOfThread(detail.thread, detail.unread);
  else {
    quiet = null;
    ask(PAUSE);
  }
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
  if (event.persisted) ask(PAUSE);
});

// What could not be asked is asked when there is a network, or a sign-in, again.
addEventListener("online", () => askAfterTrouble());
document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && askAfterTrouble());

showInTitle();
if (document.querySelector("live-thread")) ask(PAUSE);

// Show what the server said when it was asked at a moment (`performance.now()`), here and in the member's other tabs:
// workspace → unread, those without any left out. If nothing came since then there is nothing more to ask.
export function showUnread(workspaces, moment) {
  tabs.postMessage(workspaces);
  renew(workspaces);
  if (heardAt > moment) ask();
  else if (quiet) leave();
}

// Not all who are online ask at the same moment, and whoever is about to ask asks for everything.
export function ask(pause = PAUSE + Math.random() * SPREAD) {
  heardAt = performance.now();
  if (!totals().length && !document.querySelector("[data-workspace]")) return;
  timer ??= setTimeout(askNow, Math.max(pause, notBefore - Date.now()));
}

function renew(workspaces) {
  numbers = { ...workspaces };
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
function counts(item) {
  if (!BRINGS_WORDS.has(item.kind) || isMine(item) || item.message?.retracted_at || isBeingRead(item)) return false;
  return mentionsMe(item) || follows(item) === true;
}

// Whether the numbers may be others because of it, and only the server can say.
function mayCount(item) {
  if (MOVES.has(item.kind)) return true;
  if (isMine(item)) return false;
  if (BRINGS_WORDS.has(item.kind)) return isBeingRead(item) || follows(item) === null;
  if (item.kind === "message-edited") return !follows(item) && (mentionsMe(item) || isAnyUnread(item));
  return item.kind === "message-retracted" && isAnyUnread(item);
}

// null where the server has not said it yet.
function follows({ workspace, thread }) {
  if (!quiet) return null;
  return quiet.followed.includes(thread) || !(quiet.muted.includes(thread) || quiet.workspaces.includes(workspace));
}

function isMine({ message, actor }) {
  return (message?.author ?? actor)?.id === me;
}

function mentionsMe({ message }) {
  return Boolean(message?.mentions?.some(({ id }) => id === me));
}

// In its workspace; where that is not known yet, anywhere.
function isAnyUnread({ workspace }) {
  if (numbers) return Boolean(numbers[workspace]);
  const own = [...badgesOf(workspace)];
  return (own.length ? own : [...totals(), ...document.querySelectorAll("[data-thread] .badge")]).some(numberOf);
}

function addOne(workspace) {
  if (numbers) numbers[workspace] = (numbers[workspace] ?? 0) + 1;
  for (const badge of [...badgesOf(workspace), ...totals()]) show(badge, numberOf(badge) + 1);
  showInTitle();
}

async function askNow() {
  timer = null;
  const moment = (askedAt = performance.now());
  const list = document.querySelector("live-workspace");
  const url = list ? `${ASK}?threads_of=${encodeURIComponent(list.dataset.slug)}` : ASK;
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  const said = answer?.ok ? await answer.json().catch(() => null) : null; // a line may break in the middle of it
  if (moment !== askedAt) return; // it was asked again meanwhile
  if (said) take(said, moment);
  else fail(answer);
}

function leave() {
  clearTimeout(timer);
  timer = null;
}

function askAfterTrouble() {
  if (!failures) return;
  notBefore = 0;
  leave();
  ask(PAUSE + Math.random() * SPREAD);
}

function fail(answer) {
  notBefore = Date.now() + Math.max(pauseAfter(failures, PAUSES), pauseAskedBy(answer));
  failures += 1;
  leave();
  if (answer?.status !== 401) ask();
}

function take(said, moment) {
  failures = notBefore = 0;
  quiet = said.quiet;
  for (const row of document.querySelectorAll("live-workspace li[data-thread]")) {
    showOfThread(row.dataset.thread, said.threads[row.dataset.thread] ?? 0);
  }
  showUnread(said.workspaces, moment);
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
