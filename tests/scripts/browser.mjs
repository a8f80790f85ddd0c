// As much of a browser as the scripts without a page need: a document that carries events, a memory, locks, and a server
// whose answers a test chooses. Two tabs of one browser share memory and locks.

import { setMaxListeners } from "node:events";

const kept = new Map();
const doors = new Map();

export const asked = []; // what was sent: {url, fields}
export const told = []; // what became of it
let answers = [];
let isFull = false;

globalThis.localStorage = new Proxy(
  {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (isFull) throw new DOMException("No room", "QuotaExceededError");
      kept.set(key, String(value));
    },
    removeItem: (key) => kept.delete(key),
  },
  { ownKeys: () => [...kept.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
);
globalThis.sessionStorage = localStorage;
globalThis.document = Object.assign(new EventTarget(), {
  body: { dataset: { member: "ada" } },
  querySelector: () => ({ content: "token" }),
  querySelectorAll: () => [],
});
globalThis.location = { href: "http://localhost/" };
globalThis.addEventListener = () => {};
delete globalThis.BroadcastChannel; // pages of these tests share one document
Object.defineProperty(globalThis, "navigator", { value: { locks: { request: inTurn } }, configurable: true });

setMaxListeners(0, document);
document.addEventListener("extranet:outgoing", ({ detail }) => told.push(detail));

globalThis.fetch = async (url, { body } = {}) => {
  const fields = body ? Object.fromEntries(body) : null;
  asked.push({ url, fields });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  await new Promise((resolve) => setTimeout(resolve, 2));
  if (answer === "cut") throw new TypeError("Failed to fetch");
  const { status = 201, headers = {}, ...said } = answer ?? {};
  const content = status < 300 ? { message: { id: fields?.client_id }, html: "<article>" } : { detail: "No.", ...said };
  return new Response(JSON.stringify(content), { status, headers });
};

// What the server answers, one after the other; the last one from then on.
export function answerWith(...given) {
  answers = given;
}

// Another browser, or the same after everything in it was forgotten.
export function beginAnew() {
  kept.clear();
  isFull = false;
  asked.length = told.length = 0;
  answers = [];
}

// From now on the browser keeps nothing more.
export function memoryIsFull() {
  isFull = true;
}

// Another page of the same browser: what is kept stays, the script begins anew.
export async function openPage() {
  return import(`../../static/js/thread/outbox.js?${Math.random()}`);
}

export function connectionIsBack() {
  document.dispatchEvent(Object.assign(new Event("extranet:connection"), { detail: { state: "online" } }));
}

// In so many turns a slow machine has come as far as a quick one.
export async function until(says) {
  for (let left = 4_000; left; left -= 1) {
    if (says()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never: ${says}`);
}

function inTurn(name, work) {
  const turn = (doors.get(name) ?? Promise.resolve()).then(work, work);
  doors.set(name, turn.catch(() => {}));
  return turn;
}
