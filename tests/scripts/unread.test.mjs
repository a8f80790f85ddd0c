// How much is unread is asked of a server that is in trouble less and less often, and at once when the trouble is over.
// What is known to count counts at once; what only the server knows is asked of it, once for all that came meanwhile.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import "./browser.mjs";

const network = new EventTarget();
globalThis.addEventListener = network.addEventListener.bind(network);
globalThis.BroadcastChannel = class extends EventTarget {
  postMessage() {}
};
document.querySelector = () => null;
globalThis.CSS = { escape: (words) => words };
document.createElement = () => ({ append: () => null, setAttribute: () => null });
const total = { dataset: { number: "0" }, closest: () => null, replaceChildren: () => null, append: () => null };
document.querySelectorAll = (selector) => (selector.startsWith("[data-count") ? [total] : []);
Math.random = () => 0;

mock.timers.enable({ apis: ["setTimeout", "Date"] });
await import("../../static/js/unread.js");
let asked = 0;
let answer;
globalThis.fetch = async () => {
  asked += 1;
  if (!answer) throw new TypeError("Failed to fetch");
  return answer();
};

const truth = { quiet: { followed: [], muted: ["m"], workspaces: [] }, workspaces: {}, threads: {} };
const well = () => Response.json(truth);
const refusing = (status, headers) => () => new Response("{}", { status, headers });
const somethingIsRead = () => document.dispatchEvent(Object.assign(new Event("extranet:head"), { detail: { s: (head += 1) } }));
const connectionIsBack = () => document.dispatchEvent(Object.assign(new Event("extranet:connection"), { detail: { state: "online" } }));
let head = 1;

async function pass(seconds) {
  for (let left = seconds; left > 0; left -= 1) {
    mock.timers.tick(1_000);
    for (let turns = 5; turns; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

const counted = () => Number(total.dataset.number);
const isToBeLearntAgain = () =>
  document.dispatchEvent(Object.assign(new Event("extranet:read"), { detail: { thread: null, workspaces: truth.workspaces } }));

function comes(kind, { thread = "t", author = "grace", mentions = [], actor = author } = {}) {
  const message = { author: { id: author }, mentions: mentions.map((id) => ({ id })) };
  const item = { workspace: "s", seq: (head += 1), kind, thread, actor: { id: actor }, message };
  document.dispatchEvent(Object.assign(new Event("extranet:change"), { detail: item }));
}

beforeEach(async () => {
  answer = well;
  truth.workspaces = {};
  connectionIsBack();
  somethingIsRead();
  somethingIsRead();
  await pass(5);
  asked = 0;
});

const halfWay = () => new Response('{"quiet": {', { headers: { "Content-Type": "application/json" } });

for (const [name, broken] of [
  ["without a connection", null],
  ["by a server in trouble", refusing(503)],
  ["on a line that breaks in the middle of the answer", halfWay],
]) {
  test(`${name} it is asked after longer and longer, up to five minutes`, async () => {
    answer = broken;
    somethingIsRead();
    const minutes = [];
    for (let minute = 0; minute < 20; minute += 1) {
      await pass(60);
      minutes.push(asked);
      somethingIsRead(); // news that come meanwhile do not hurry it
    }
    assert.deepEqual(minutes.slice(0, 6), [3, 4, 5, 5, 5, 6]);
    assert.ok(asked - minutes[9] >= 2 && asked - minutes[9] <= 3, "every five minutes");
  });
}

test("when the network or a sign-in is back it is asked at once, and well again nothing is left of the trouble", async () => {
  for (const [broken, isBack] of [[null, () => network.dispatchEvent(new Event("online"))], [refusing(401), connectionIsBack]]) {
    answer = broken;
    somethingIsRead();
    await pass(60);
    answer = well;
    asked = 0;
    isBack();
    await pass(3);
    assert.equal(asked, 1);
    isBack();
    await pass(60);
    assert.equal(asked, 1, "who had no trouble asks nothing");
    somethingIsRead();
    await pass(2);
    assert.equal(asked, 2);
    asked = 0;
  }
});

test("whose sign-in has ended asks no more", async () => {
  answer = refusing(401);
  somethingIsRead();
  await pass(600);
  assert.equal(asked, 1);
});

test("a server that says when to come again is not asked before", async () => {
  answer = refusing(429, { "Retry-After": "120" });
  somethingIsRead();
  await pass(110);
  assert.equal(asked, 1);
  await pass(20);
  assert.equal(asked, 2);
});

test("what is said counts at once, in a muted thread only where it mentions one", async () => {
  comes("message-posted");
  assert.equal(counted(), 1);
  comes("message-posted", { author: "ada" });
  comes("message-posted", { thread: "m" });
  assert.equal(counted(), 1);
  comes("message-posted", { thread: "m", mentions: ["ada"] });
  assert.equal(counted(), 2);
  await pass(10);
  assert.equal(asked, 0);
});

test("nothing counts before it is known what is muted, but what mentions one", async () => {
  isToBeLearntAgain();
  for (const thread of ["m", "t"]) comes("message-posted", { thread });
  assert.equal(counted(), 0);
  comes("message-posted", { thread: "m", mentions: ["ada"] });
  assert.equal(counted(), 1);
  truth.workspaces = { s: 2 };
  await pass(3);
  assert.equal(counted(), 2);
  assert.equal(asked, 1);
});

test("what is retracted is asked about, once for many, if there is anything that could count less", async () => {
  comes("message-retracted");
  await pass(10);
  assert.equal(asked, 0);
  for (let number = 0; number < 5; number += 1) comes("message-posted");
  for (let number = 0; number < 4; number += 1) comes("message-retracted", { actor: "ada" });
  truth.workspaces = { s: 1 };
  await pass(10);
  assert.equal(counted(), 1);
  assert.equal(asked, 1);
});

test("who has nothing unread in a workspace does not ask about what is retracted or edited there", async () => {
  truth.workspaces = { other: 3 };
  somethingIsRead();
  await pass(10);
  assert.equal(counted(), 3);
  asked = 0;
  comes("message-retracted");
  comes("message-edited", { thread: "m" });
  await pass(10);
  assert.equal(asked, 0);
  comes("message-posted");
  comes("message-retracted");
  truth.workspaces = { other: 3 };
  await pass(10);
  assert.equal(asked, 1);
  assert.equal(counted(), 3);
});

test("an edit is asked about only in a muted thread, where it mentions one or may have done so", async () => {
  comes("message-edited", { mentions: ["ada"] });
  comes("message-edited", { thread: "m" });
  await pass(10);
  assert.equal(asked, 0);
  truth.workspaces = { s: 1 };
  comes("message-edited", { thread: "m", mentions: ["ada"] });
  await pass(10);
  assert.equal(counted(), 1);
  truth.workspaces = {};
  comes("message-edited", { thread: "m" });
  await pass(10);
  assert.equal(counted(), 0);
  assert.equal(asked, 2);
});

test("a thread that is moved is asked about, and none of its messages counts by itself", async () => {
  for (let number = 0; number < 3; number += 1) comes("message-moved");
  comes("thread-arrived");
  assert.equal(counted(), 0);
  await pass(10);
  assert.equal(asked, 1);
});

test("what comes while an answer is on its way is not forgotten over it", async () => {
  let arrive;
  answer = () => new Promise((resolve) => (arrive = resolve));
  somethingIsRead();
  await pass(2);
  comes("message-posted");
  answer = well;
  arrive(well());
  truth.workspaces = { s: 1 };
  await pass(10);
  assert.equal(counted(), 1);
});

test("who is told by another answer what they were to ask does not ask", async () => {
  const { showUnread } = await import("../../static/js/unread.js");
  comes("thread-arrived");
  showUnread({ s: 3 }, performance.now());
  await pass(10);
  assert.equal(counted(), 3);
  assert.equal(asked, 0);
  comes("thread-arrived");
  showUnread({ s: 3 }, performance.now() - 1_000);
  await pass(10);
  assert.equal(asked, 1, "that answer may not know of it");
});
