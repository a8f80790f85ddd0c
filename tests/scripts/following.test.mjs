// Drafts follow their writer, and go on doing so whatever becomes of one request.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { beginAnew, until } from "./browser.mjs";

const WAY = "/api/v1/workspaces/w1/drafts/thread-";
let asked, server, patience, comeBack;

const wait = setTimeout;
globalThis.setTimeout = (work, pause) => (pause > 5_000 ? wait(work, pause).unref() : wait(work, pause)); // no test waits so long
document.body.dataset.live = "yes";
AbortSignal.timeout = () => patience.signal;
globalThis.addEventListener = (name, work) => {
  if (name === "pageshow") comeBack = () => work({ persisted: true });
};
globalThis.fetch = async (url, { method, body, signal } = {}) => {
  const content = body ? JSON.parse(body) : null;
  asked.push(`${method} ${url}${content ? ` ${content.body}` : ""}`);
  return server(method, signal, content);
};
await import("../../static/js/following.js");

beforeEach(() => {
  beginAnew();
  [asked, server, patience] = [[], () => Response.json({ version: 1 }), new AbortController()];
});

// The editor of a thread of its own.
function editor(thread) {
  const field = { value: "", defaultValue: "" };
  field.form = { dataset: {}, elements: { body: field, draft: {} }, matches: () => true, getAttribute: () => `/workspaces/w1/threads/${thread}/messages` };
  return field;
}

function write(field, words) {
  field.value = words;
  const left = new Event("focusout");
  Object.defineProperty(left, "target", { value: field });
  document.dispatchEvent(left);
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
const cut = () => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError("network error")) }));

test("what is written is kept when the field is left", async () => {
  write(editor("t1"), "One");
  await until(() => asked.includes(`PUT ${WAY}t1 One`));
});

test("an answer of which only a part came holds nothing up", async () => {
  const field = editor("t2");
  server = (method) => (method === "PUT" ? Response.json({ code: "draft-moved-on" }, { status: 409 }) : cut());
  write(field, "One");
  await until(() => asked.includes(`GET ${WAY}t2`));
  await settled();
  write(field, "One, two");
  await until(() => asked.includes(`PUT ${WAY}t2 One, two`));
});

test("a request that hangs is given up, and what was written since then is kept", async () => {
  const field = editor("t3");
  server = (_method, signal) => new Promise((_done, fail) => signal?.addEventListener("abort", () => fail(signal.reason)));
  write(field, "One");
  await until(() => asked.includes(`PUT ${WAY}t3 One`));
  patience.abort();
  server = () => Response.json({ version: 1 });
  await settled();
  write(field, "One, two");
  await until(() => asked.includes(`PUT ${WAY}t3 One, two`));
});

test("what was sent while it was being saved does not come back with the news that it is saved", async () => {
  const field = editor("t4");
  let save;
  server = (method) => (method === "PUT" ? new Promise((done) => (save = done)) : Response.json({ version: 1, title: null, body: "One" }));
  write(field, "One");
  await until(() => asked.includes(`PUT ${WAY}t4 One`));
  field.value = "";
  document.dispatchEvent(Object.defineProperty(new Event("extranet:cleared"), "target", { value: field.form }));
  const news = { workspace: "w1", place: "thread-t4", version: 1, is_empty: false };
  document.dispatchEvent(Object.assign(new Event("extranet:draft"), { detail: news }));
  save(Response.json({ version: 1 }));
  await until(() => asked.includes(`DELETE ${WAY}t4?version=1`));
  await settled();
  assert.deepEqual([field.value, asked.includes(`GET ${WAY}t4`)], ["", false]);
});

test("a list that was asked for before the last save does not tell that nothing is saved", async () => {
  const field = editor("t5");
  const versions = [];
  let list;
  server = (method, _signal, content) => {
    if (method === "GET") return new Promise((done) => (list = done));
    versions.push(content.version);
    return Response.json({ version: versions.length });
  };
  write(field, "One");
  await until(() => versions.length === 1);
  await settled();
  comeBack();
  await until(() => list);
  write(field, "One, two");
  await until(() => versions.length === 2);
  await settled();
  list(Response.json({ items: [{ place: "thread-t5", version: 1, is_empty: false }] }));
  await settled();
  write(field, "One, two, three");
  await until(() => versions.length === 3);
  assert.deepEqual(versions, [0, 1, 2]);
});
