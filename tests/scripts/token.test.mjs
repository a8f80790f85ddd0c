// What is sent after another sign-in began in another tab: once more with its token, if it is the same member's.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.mjs";

const meta = { content: "" };
const field = { value: "" };
document.querySelector = () => meta;
document.querySelectorAll = () => [field];
globalThis.DOMParser = class {
  parseFromString(text) {
    const [, member, content] = /^(\w*) (\w*)$/.exec(text) ?? [];
    return { querySelector: () => (content ? { content } : null), body: { dataset: { member } } };
  }
};
const { post, renewToken } = await import("../../static/js/token.js");
let asked, server;

beforeEach(() => {
  meta.content = field.value = "old";
  asked = [];
  server = { token: "new", member: "ada", status: 200 };
  globalThis.fetch = async (url, { headers, method, body } = {}) => {
    asked.push(method ? `${method} ${headers["X-CSRFToken"]} ${body}` : url);
    if (server.isAway?.(url)) throw new TypeError("Failed to fetch");
    if (url === "/terms") return new Response(`${server.member} ${server.token}`, { status: server.status });
    if (url === "/workspaces/unread") return Response.json({ detail: "Sign in." }, { status: server.member ? 200 : 401 });
    const isStale = headers["X-CSRFToken"] !== server.token;
    return Response.json(isStale ? { code: "stale-form" } : { done: true }, { status: isStale ? 400 : server.status });
  };
});

test("what carries the token that holds is sent once", async () => {
  server.token = "old";
  assert.deepEqual(await (await post("/read", "seq")).json(), { done: true });
  assert.deepEqual(asked, ["POST old seq"]);
});

test("where the token is stale it is sent once more with the one that holds now, and forms have it too", async () => {
  const answer = await post("/read", "seq", { method: "PUT" });
  assert.deepEqual(await answer.json(), { done: true });
  assert.deepEqual(asked, ["PUT old seq", "/workspaces/unread", "/terms", "PUT new seq"]);
  assert.equal(field.value, "new");
});

test("another refusal is given as it is, to be read", async () => {
  server = { ...server, token: "old", status: 409 };
  const answer = await post("/read", "seq");
  assert.deepEqual([answer.status, await answer.json()], [409, { done: true }]);
  assert.equal(asked.length, 1);
});

test("who is signed in no more hears it, and another member sends nothing of theirs", async () => {
  server.member = "";
  let answer = await post("/read", "seq");
  assert.deepEqual([answer.status, await answer.json()], [401, { detail: "Sign in." }]);
  server.member = "bob";
  answer = await post("/read", "seq");
  assert.deepEqual([answer.status, (await answer.json()).code], [400, "stale-form"]);
  assert.equal(meta.content, "old");
  assert.deepEqual(asked.filter((one) => one.startsWith("POST")), ["POST old seq", "POST old seq"]);
});

test("where nobody can be asked it fails as without a connection, to be tried again", async () => {
  for (const path of ["/workspaces/unread", "/terms"]) {
    server.isAway = (url) => url === path;
    await assert.rejects(post("/read", "seq"), TypeError);
  }
  delete server.isAway;
  server.status = 503; // a page that says that the server restarts carries no token of theirs
  await assert.rejects(renewToken(), TypeError);
  assert.equal(meta.content, "old");
});
