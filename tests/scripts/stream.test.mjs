// The stream of a workspace: each change once and in order, whatever was missed, and no upper limit to it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { beginAnew, until } from "./browser.mjs";

const { Stream } = await import("../../static/js/stream.js");
let taken, asked, server, ended;

beforeEach(() => {
  beginAnew();
  [taken, asked, server, ended] = [[], [], { head: 0, page: 1_000 }, 0];
  globalThis.fetch = async (url, { signal } = {}) => {
    const after = Number(new URL(url, location.href).searchParams.get("after"));
    asked.push(after);
    if (server.hangs) await new Promise((_done, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
    if (server.refuses) return new Response("{}", { status: server.refuses, headers: { "Retry-After": "0" } });
    const [head, last] = [server.head, Math.min(server.head, after + server.page)];
    const items = Array.from({ length: last - after }, (_none, index) => change(after + index + 1));
    await server.meanwhile?.();
    return Response.json({ items, head, more: last < head });
  };
});

function open(seq = 0) {
  const stream = new Stream({ slug: "s", seq, url: "http://localhost/changes", apply: ({ seq: one }) => taken.push(one), gone: () => (ended += 1) });
  stream.start();
  return stream;
}

const change = (seq) => ({ workspace: "s", seq, kind: "message-posted" });
const tell = (name, detail) => document.dispatchEvent(Object.assign(new Event(`extranet:${name}`), { detail }));
const upTo = (last) => Array.from({ length: last }, (_none, index) => index + 1);

test("what comes out of order is taken in order, and twice counts once", () => {
  const stream = open();
  for (const seq of [2, 1, 1, 3, 2]) tell("change", change(seq));
  assert.deepEqual(taken, [1, 2, 3]);
  stream.stop();
});

test("a gap is filled from the server", async () => {
  const stream = open();
  server.head = 4;
  tell("change", change(1));
  tell("change", change(4));
  await until(() => taken.length === 4);
  assert.deepEqual([taken, asked], [upTo(4), [1]]);
  stream.stop();
});

test("a heartbeat that is ahead brings all that was missed, page after page", async () => {
  const stream = open();
  server.head = 3_500;
  tell("head", { s: 3_500 });
  await until(() => taken.length === 3_500);
  assert.deepEqual([taken, asked], [upTo(3_500), [0, 1_000, 2_000, 3_000]]);
  stream.stop();
});

test("a connection that is back asks at once, without waiting for a heartbeat", async () => {
  const stream = open(7);
  server.head = 9;
  tell("connection", { state: "online" });
  await until(() => taken.length === 2);
  stream.stop();
});

test("news of a workspace that is no longer theirs ends it", () => {
  open();
  tell("head", { other: 3 });
  tell("change", change(1));
  assert.deepEqual([taken, ended], [[], 1]);
});

test("whose sign-in has ended may come back: nothing is lost", async () => {
  const stream = open();
  server.head = 2;
  server.refuses = 401;
  tell("head", { s: 2 });
  await until(() => asked.length === 1);
  server.refuses = null;
  tell("connection", { state: "online" });
  await until(() => taken.length === 2);
  assert.equal(ended, 0);
  stream.stop();
});

test("a server that is away for a moment is asked again after a moment", async () => {
  const stream = open();
  server.head = 2;
  server.refuses = 502;
  tell("connection", { state: "online" });
  await until(() => asked.length === 2);
  server.refuses = null;
  await until(() => taken.length === 2);
  stream.stop();
});

test("what is heard while an answer without it is on its way is asked for afterwards", async () => {
  const stream = open();
  server.meanwhile = async () => {
    [server.head, server.meanwhile] = [2, null];
    tell("change", change(2));
    await new Promise((resolve) => setTimeout(resolve, 400));
  };
  tell("connection", { state: "online" });
  await until(() => taken.length === 2);
  stream.stop();
});

test("a request that hangs is given up when the network is back", async () => {
  const [stream, { now }] = [open(), Date];
  server.hangs = true;
  tell("connection", { state: "online" });
  await until(() => asked.length === 1);
  [server.hangs, server.head] = [false, 2];
  Date.now = () => now() + 6_000;
  tell("connection", { state: "online" });
  await until(() => taken.length === 2);
  Date.now = now;
  stream.stop();
});
