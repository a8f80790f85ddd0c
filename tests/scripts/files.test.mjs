// Files on their way: whatever becomes of one, its sender hears of it and goes on to the next.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import "./browser.mjs";

const { bring, canBeSent, unsentAt } = await import("../../static/js/files.js");
let uploads, server;

// A request of the browser that tells of its progress, as far as a server lets it.
globalThis.XMLHttpRequest = class extends EventTarget {
  upload = new EventTarget();
  status = 0;
  response = null;

  open() {}

  setRequestHeader() {}

  send() {
    uploads.push(this);
    const { status, said } = server.uploads.shift() ?? {};
    if (status) queueMicrotask(() => this.#end(status, said));
  }

  abort() {
    this.#end(0, null);
  }

  goOn() {
    this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded: 1, total: 2 }));
  }

  #end(status, response) {
    Object.assign(this, { status, response });
    this.dispatchEvent(new Event("loadend"));
  }
};

const stale = { status: 400, said: { code: "stale-form", detail: "Too old." } };
const file = new File(["words"], "plan.txt");
const off = new AbortController();

beforeEach(() => {
  [uploads, server] = [[], { uploads: [] }];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = async (url) => {
    if (server.cuts?.(url)) throw new TypeError("Failed to fetch");
    return new Response("{}", { status: server.status ?? 200 });
  };
});

const begin = (signal = off.signal) => bring("/attachments", file, { onProgress: () => {}, signal });

test("what the server takes is there", async () => {
  server.uploads = [{ status: 201, said: { id: "f1" } }];
  assert.deepEqual(await begin(), { file: { id: "f1" } });
});

test("a file that hangs is given up after a minute without progress", async () => {
  const brought = begin();
  mock.timers.tick(59_000);
  uploads[0].goOn();
  mock.timers.tick(59_000);
  const isOver = await Promise.race([brought, "under way"]);
  assert.equal(isOver, "under way");
  mock.timers.tick(1_000);
  assert.equal((await brought).status, 0);
});

test("a file that is taken away is not brought to its end", async () => {
  const own = new AbortController();
  const brought = begin(own.signal);
  own.abort();
  assert.equal((await brought).status, 0);
});

test("a network that is cut while the token is renewed is a file that waits", async () => {
  for (const cuts of [(url) => url === "/terms", () => true]) {
    Object.assign(server, { uploads: [stale], cuts });
    assert.deepEqual(await begin(), { status: 0 });
  }
});

test("a sign-in that has ended says so", async () => {
  Object.assign(server, { uploads: [stale], status: 401 });
  assert.deepEqual(await begin(), { status: 401 });
});

test("a file that waits elsewhere is gone only where the server says so", async () => {
  const about = { id: "f1", name: "plan.txt" };
  const ask = async (answer) => {
    globalThis.fetch = async () => answer();
    return [(await unsentAt("/attachments", about)).status, await canBeSent("/attachments", about)];
  };
  const cut = () => { throw new TypeError("Failed to fetch"); };
  const toSignIn = () => Object.defineProperty(new Response("Sign in"), "redirected", { value: true });
  assert.deepEqual(await ask(() => new Response("", { status: 404 })), [404, false]);
  assert.deepEqual(await ask(() => new Response("words")), [404, false]);
  assert.deepEqual(await ask(cut), [0, true]);
  for (const status of [429, 503]) assert.deepEqual(await ask(() => new Response("", { status })), [status, true]);
  assert.deepEqual(await ask(toSignIn), [401, true]);
});

test("a file that waits elsewhere is there with its name and kind", async () => {
  globalThis.fetch = async () => new Response("words", { headers: { "X-Unsent": "yes", "Content-Type": "text/plain" } });
  const { file: found } = await unsentAt("/attachments", { id: "f1", name: "plan.txt" });
  assert.deepEqual([found.name, found.type, await found.text()], ["plan.txt", "text/plain", "words"]);
});
