// How much is unread is asked of a server that is in trouble less and less often, and at once when the trouble is over.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import "./browser.mjs";

const network = new EventTarget();
globalThis.addEventListener = network.addEventListener.bind(network);
globalThis.BroadcastChannel = class extends EventTarget {
  postMessage() {}
};
document.querySelector = () => null;
document.querySelectorAll = () => [{ dataset: { number: "0" }, classList: { toggle: () => null }, querySelector: () => null }];
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

const well = () => Response.json({ quiet: { followed: [], muted: [], workspaces: [] }, workspaces: {} });
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

beforeEach(async () => {
  answer = well;
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
