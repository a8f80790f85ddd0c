// What is on its way: messages go out one after the other in each thread, in the order in which they were written, from
// whichever tab or page is open, each until the server has it. They outlive a reload and the end of the browser; the
// client's id makes each count once. Only a definite refusal lets later ones pass.
//
// What becomes of one is told as `extranet:outgoing` on the document of every tab: {entry, state} with the state "sending",
// "waiting" or "refused" (with {status, reason, detail}), "sent" (with the server's {message, html}) or "dropped".
// `extranet:service` says {state}: "busy" or "full" while the server takes nothing, "fine" when it does again.

import { keep, read } from "../drafts.js";
import { placeAt, takeAway } from "../places.js";
import { pauseAfter, pauseAskedBy } from "../pauses.js";
import { post } from "../token.js";

const PAUSES = { first: 1_000, longest: 30_000, spread: 0 };
const PATIENCE = 30_000; // for an answer; what hangs longer is asked again
const TRIES = 5; // with an answer that says that something is broken
const LEASE = PATIENCE + 5_000;

const me = document.body.dataset.member;
const PREFIX = `extranet:draft:${me}:unsent:`;
const BUSY = new Set([408, 425, 429, 502, 503, 504]);

const unkept = new Map(); // what the browser would not keep: it lives as long as the page
const running = new Map(); // thread -> wakes its loop
const news = me && "BroadcastChannel" in globalThis ? new BroadcastChannel(`extranet:outgoing:${me}`) : null;
let state = "fine";

news?.addEventListener("message", ({ data }) => dispatch(data));
document.addEventListener("extranet:outgoing", ({ detail }) => detail.state === "sent" && serviceIs("fine"));
document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && goOn());
globalThis.addEventListener?.("online", () => goOn());
globalThis.addEventListener?.("pageshow", () => goOn());
globalThis.addEventListener?.("beforeunload", (event) => unkept.size && event.preventDefault());

// Send fields ([name, value] pairs, `client_id` among them) to an address of a thread, after what was written before.
export function send({ url, thread, fields }) {
  const order = Math.max(Date.now(), ...unsent(thread).map((entry) => entry.order + 1));
  const entry = { id: Object.fromEntries(fields).client_id, url, thread, fields, order };
  store(entry);
  tell({ entry, state: "sending" });
  run(thread);
  return entry;
}

// What has not been sent yet, of a thread or of all, in the order in which it was written.
export function unsent(thread) {
  const prefix = thread === undefined ? PREFIX : `${PREFIX}${thread}:`;
  const kept = keys(prefix).map((key) => read(key)).filter((entry) => entry && !unkept.has(entry.id));
  const here = [...unkept.values()].filter((entry) => thread === undefined || entry.thread === thread);
  return [...kept, ...here].sort((one, other) => one.order - other.order);
}

// Try again what was refused or waits, where its thread stands now; what was refused for want of a sign-in goes together
// with its like.
export function again(entry, url = entry.url) {
  for (const other of unsent(entry.thread)) {
    const isLike = other.id === entry.id || (entry.refused?.status === 401 && other.refused?.status === 401);
    if (isLike && other.refused) store({ ...other, url, refused: undefined, tries: 0 });
  }
  run(entry.thread);
}

// Take away what shall not be sent after all.
export function drop(entry) {
  remove(entry);
  tell({ entry, state: "dropped" });
}

// Throw it away for good, with the draft that the server keeps of it.
export function discard(entry, url = entry.url) {
  drop(entry);
  const { answers, draft } = Object.fromEntries(entry.fields);
  const place = placeAt(new URL(url, location.href).pathname, answers);
  if (place && Number(draft)) takeAway(place, draft);
}

// Something has changed for the better: whatever waits is tried at once.
export function goOn() {
  if (!me) return;
  for (const thread of new Set(unsent().filter((entry) => !entry.refused).map((entry) => entry.thread))) run(thread);
}

function run(thread) {
  if (running.has(thread)) {
    running.get(thread)();
    return;
  }
  let wake = () => {};
  running.set(thread, () => wake());
  const pause = (time) => new Promise((resolve) => {
    const timer = setTimeout(resolve, time);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  deliverAll(thread, pause).finally(() => running.delete(thread));
}

async function deliverAll(thread, pause) {
  for (let failures = 0; ; ) {
    const outcome = await alone(`extranet:send:${me}:${thread}`, () => deliverNext(thread));
    if (!outcome) return;
    failures = outcome.isWaiting ? failures + 1 : 0;
    if (outcome.isWaiting) await pause(Math.max(outcome.after, pauseAfter(failures - 1, PAUSES)));
  }
}

// What became of the first that waits; null when none does.
async function deliverNext(thread) {
  const entry = unsent(thread).find(({ refused }) => !refused);
  if (!entry) return null;
  tell({ entry, state: "sending" });
  const answer = await ask(entry);
  serviceIs({ 507: "full", 503: "busy" }[answer.status] ?? (answer.isWaiting ? state : "fine"));
  if (answer.said) {
    remove(entry);
    tell({ entry, state: "sent", message: answer.said.message, html: answer.said.html });
    return {};
  }
  if (!isKept(entry)) return {}; // taken back meanwhile
  const { status, reason, detail } = answer;
  const tries = (entry.tries ?? 0) + (reason === "trouble" ? 1 : 0);
  if (answer.isWaiting && tries < TRIES) {
    store({ ...entry, tries });
    for (const one of unsent(thread).filter((other) => !other.refused)) tell({ entry: one, state: "waiting", status, reason, detail });
    return answer;
  }
  const refused = { status, reason, detail };
  store({ ...entry, tries: 0, refused });
  tell({ entry: { ...entry, refused }, state: "refused", ...refused });
  return {};
}

// {said} when the server has it; else what it says, and whether it may be otherwise later on.
async function ask(entry) {
  const content = new FormData();
  for (const [name, value] of entry.fields) content.append(name, value);
  try {
    const answer = await post(entry.url, content, { signal: AbortSignal.timeout(PATIENCE) });
    return judge(answer, await answer.json().catch(() => ({})));
  } catch {
    return { status: 0, reason: "unreachable", isWaiting: true, after: 0 };
  }
}

function judge(answer, said) {
  const { status } = answer;
  if (answer.ok && said.message) return { status, said };
  const after = pauseAskedBy(answer);
  const detail = said.errors ? Object.values(said.errors).flat()[0] : said.detail;
  if (status === 401) return { status, reason: "ended" };
  if (status === 404) return { status, reason: "missing" };
  if (said.code === "not-allowed") return { status, reason: "forbidden" };
  if (status === 413) return { status, reason: "large", detail };
  if (status === 507) return { status, reason: "full", isWaiting: true, after };
  if (status === 429) return { status, reason: "often", isWaiting: true, after };
  if (BUSY.has(status)) return { status, reason: "busy", isWaiting: true, after };
  if (status >= 400 && status < 500) return { status, reason: "refused", detail };
  return { status, reason: "trouble", detail, isWaiting: true, after };
}

// One tab at a time. Where the browser has no locks (a trial on a plain address) a note with an end does nearly as well.
async function alone(name, work) {
  if (navigator.locks) return navigator.locks.request(name, work);
  for (let held; (held = Number(keptNote(name))) > Date.now(); ) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(held - Date.now(), 200)));
  }
  keepNote(name, Date.now() + LEASE);
  try {
    return await work();
  } finally {
    keepNote(name, 0);
  }
}

function keptNote(name) {
  return read(name);
}

function keepNote(name, until) {
  keep(name, until || null);
}

// What the browser still keeps of an older state is not what counts here.
function store(entry) {
  const key = keyOf(entry);
  keep(key, entry);
  if (JSON.stringify(read(key)) === JSON.stringify(entry)) unkept.delete(entry.id);
  else unkept.set(entry.id, entry);
}

function remove(entry) {
  keep(keyOf(entry), null);
  unkept.delete(entry.id);
}

function isKept(entry) {
  return unkept.has(entry.id) || Boolean(read(keyOf(entry)));
}

function keyOf({ thread, id }) {
  return `${PREFIX}${thread}:${id}`;
}

function keys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function tell(detail) {
  dispatch(detail);
  if (!unkept.has(detail.entry.id)) news?.postMessage(detail);
}

function dispatch(detail) {
  document.dispatchEvent(new CustomEvent("extranet:outgoing", { detail }));
}

function serviceIs(next) {
  if (next === state) return;
  state = next;
  document.dispatchEvent(new CustomEvent("extranet:service", { detail: { state } }));
}
