// Drafts follow their writer, and go on doing so whatever becomes of one request.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { beginAnew, memoryIsFull, until } from "./browser.mjs";

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
const { keep, keyOf } = await import("../../static/js/drafts.js");

beforeEach(() => {
  beginAnew();
  [asked, server, patience] = [[], () => Response.json({ version: 1 }), new AbortController()];
});

// The editor of a thread of its own, with the id that the server has made for it.
function editor(thread, id, words = "") {
  const field = { value: words, defaultValue: "", files: [] };
  const elements = { body: field, draft: {}, ...(id && { client_id: { value: id } }) };
  const getAttribute = () => `/workspaces/w1/threads/${thread}/messages`;
  field.form = { dataset: {}, elements, matches: () => true, getAttribute, querySelectorAll: () => field.files };
  field.dispatchEvent = () => {};
  document.dispatchEvent(Object.defineProperty(new Event("focusin"), "target", { value: field }));
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

// The id with which something is sent: the same words have the same one on all devices, everything else one of its own.
// So a known id never takes other words in, and where two devices send different words, both stand.

test("what is sent as it was saved has the id that it was saved with, also after a reload", async () => {
  const field = editor("n1", "made by the server");
  const saved = await save(field, "One");
  assert.equal(sent(field), saved.client_id);
  assert.equal(sent(editor("n1", "another page", "One")), saved.client_id);
});

test("words that were changed since they were saved are sent, and saved, with another id", async () => {
  const field = editor("n2", "made by the server");
  const { client_id: first } = await save(field, "One");
  field.value = "One, two";
  const second = sent(field);
  assert.notEqual(second, first);
  assert.equal((await save(field, "One, two")).client_id, second);
});

test("words from another device are sent with the id from there, until something is added", async () => {
  const field = editor("n3", "made by the server");
  server = () => Response.json({ version: 3, title: null, body: "From the bus", client_id: "of-the-bus" });
  hear("thread-n3", 3);
  await until(() => field.value === "From the bus");
  assert.equal(sent(field), "of-the-bus");
  field.value = "From the bus, and more";
  assert.notEqual(sent(field), "of-the-bus");
});

test("the same words that stood here already take the id from there", async () => {
  const field = editor("n4", "made by the server", "From both");
  server = () => Response.json({ version: 2, title: null, body: "From both", client_id: "of-the-bus" });
  hear("thread-n4", 2);
  await until(() => asked.includes(`GET ${WAY}n4`));
  await settled();
  assert.equal(sent(field), "of-the-bus");
});

test("what has files is sent with an id of its own, as no other device has them", async () => {
  const field = editor("n5", "made by the server");
  const { client_id: without } = await save(field, "One");
  field.files.push({ value: "a-file" });
  const together = sent(field);
  assert.notEqual(together, without);
  assert.equal((await save(field, "One, two")).client_id, null);
});

test("the same words once more, after they were sent, are another message", async () => {
  const field = editor("n6", "made by the server");
  await save(field, "Thanks!");
  const first = sent(field);
  keep(keyOf(field.form), null); // as the editor does when it is cleared
  document.dispatchEvent(Object.defineProperty(new Event("extranet:cleared"), "target", { value: field.form }));
  server = () => Response.json({ version: 1, client_id: first }); // it has not heard yet that the first one is sent
  await save(field, "Thanks!");
  assert.notEqual(sent(field), first);
});

test("where the browser keeps nothing more, the form's own id is sent and none is saved", async () => {
  const field = editor("n7", "made by the server");
  await save(field, "One");
  memoryIsFull();
  assert.equal((await save(field, "One, two")).client_id, null);
  assert.equal(sent(field), "made by the server");
});

function hear(place, version) {
  document.dispatchEvent(Object.assign(new Event("extranet:draft"), { detail: { workspace: "w1", place, version, is_empty: false } }));
}

// What is said to the server when this is saved.
async function save(field, words) {
  const answers = server;
  let said = null;
  server = (method, signal, content) => {
    if (method === "PUT") said = content;
    return answers(method, signal, content);
  };
  write(field, words);
  await until(() => said?.body === words);
  await settled();
  return said;
}

// The id with which it would be sent now, were it not held back.
function sent(field) {
  const event = Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: field.form });
  document.dispatchEvent(event);
  event.preventDefault();
  return field.form.elements.client_id.value;
}
