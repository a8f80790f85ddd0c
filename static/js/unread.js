// How much is unread: beside workspaces in lists (`data-workspace="SLUG"`), in the navigation and in the page's title.
// Each piece of news counts at once; what was missed or read meanwhile is asked of the server.

const ASK = "/workspaces/unread";
const PAUSE = 1_500;
const AGAIN = 10_000;

const title = document.title;
const me = document.body.dataset.member;
const tabs = new BroadcastChannel(`extranet:unread:${me}`);
let timer;
const known = new Map(); // workspace -> the last seq heard of

document.addEventListener("extranet:change", ({ detail: item }) => {
  known.set(item.workspace, Math.max(item.seq, known.get(item.workspace) ?? 0));
  if (!["message-posted", "thread-opened"].includes(item.kind) || item.actor?.id === me) return;
  if (isBeingRead(item)) {
    ask();
    return;
  }
  for (const badge of badgesOf(item.workspace)) show(badge, numberOf(badge) + 1);
  for (const badge of totals()) show(badge, numberOf(badge) + 1);
  showInTitle();
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

showInTitle();
if (document.querySelector("live-thread")) ask();

// Show these numbers, here and in the member's other tabs: workspace → unread, those without any left out.
export function showUnread(workspaces) {
  tabs.postMessage(workspaces);
  renew(workspaces);
}

function renew(workspaces) {
  for (const row of document.querySelectorAll("[data-workspace]")) {
    const badge = row.querySelector(".badge");
    if (badge) show(badge, workspaces[row.dataset.workspace] ?? 0);
  }
  const total = Object.values(workspaces).reduce((sum, number) => sum + number, 0);
  for (const badge of totals()) show(badge, total);
  showInTitle();
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
  if (!list) return;
  const words = number === 1 ? list.dataset.oneNew : list.dataset.manyNew;
  shown.setAttribute("aria-hidden", "true");
  const aloud = document.createElement("span");
  aloud.className = "visually-hidden";
  aloud.textContent = words.replace("{n}", number);
  badge.append(aloud);
}

export function numberOf(badge) {
  return Number(badge.dataset.number ?? (Number.parseInt(badge.firstElementChild?.textContent ?? badge.textContent, 10) || 0));
}

function ask(pause = PAUSE) {
  if (!totals().length && !document.querySelector("[data-workspace]")) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const answer = await fetch(ASK, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) showUnread((await answer.json()).workspaces);
    else if (answer?.status !== 401) ask(AGAIN);
  }, pause);
}

function badgesOf(slug) {
  return document.querySelectorAll(`[data-workspace="${CSS.escape(slug)}"] .badge`);
}

function totals() {
  return document.querySelectorAll('[data-count="workspaces"]');
}

function isBeingRead(item) {
  return !document.hidden && Boolean(document.querySelector(`live-thread[data-thread="${CSS.escape(item.thread)}"]`));
}

function showInTitle() {
  const [badge] = totals();
  const number = badge ? numberOf(badge) : 0;
  document.title = number ? `(${number}) ${title}` : title;
}
