// The outbox: in order, once each, over pages and tabs, and nothing overtakes what is not definitely refused.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { answerWith, asked, beginAnew, connectionIsBack, memoryIsFull, openPage, told, until } from "./browser.mjs";

const THREAD = "t1";

beforeEach(beginAnew);

function write(page, ...words) {
  for (const body of words) page.send({ url: "/messages", thread: THREAD, fields: [["client_id", `id-${body}`], ["answers", ""], ["body", body]] });
}

const sent = () => told.filter(({ state }) => state === "sent").map(({ entry }) => entry.id.slice(3));
const tried = () => asked.map(({ fields }) => fields.body);

test("several written quickly go out in order, once each", async () => {
  const page = await openPage();
  write(page, "one", "two", "three");
  await until(() => sent().length === 3);
  assert.deepEqual(tried(), ["one", "two", "three"]);
  assert.deepEqual(page.unsent(), []);
});

test("what waits is not overtaken, and goes out at once when the connection is back", async () => {
  const page = await openPage();
  answerWith("cut");
  write(page, "one", "two");
  await until(() => told.some(({ state }) => state === "waiting"));
  assert.deepEqual([...new Set(tried())], ["one"]);
  answerWith({});
  connectionIsBack();
  await until(() => sent().length === 2);
  assert.deepEqual(sent(), ["one", "two"]);
});

test("an answer that got lost is asked for again under the same id", async () => {
  const page = await openPage();
  answerWith("cut", {});
  write(page, "one");
  await until(() => told.some(({ state }) => state === "waiting"));
  connectionIsBack();
  await until(() => sent().length === 1);
  assert.deepEqual(asked.map(({ fields }) => fields.client_id), ["id-one", "id-one"]);
});

test("what is refused for good lets the others pass and keeps its words", async () => {
  const page = await openPage();
  answerWith({ status: 409, detail: "It is archived." }, {});
  write(page, "one", "two");
  await until(() => sent().length === 1);
  assert.deepEqual(sent(), ["two"]);
  const [left] = page.unsent(THREAD);
  assert.deepEqual([left.id, left.refused], ["id-one", { status: 409, reason: "refused", detail: "It is archived." }]);
  page.again(left);
  await until(() => sent().length === 2);
});

test("a service that is busy or full is waited for as long as it says", async () => {
  for (const [status, reason] of [[503, "busy"], [507, "full"], [429, "often"], [502, "busy"]]) {
    beginAnew();
    const page = await openPage();
    answerWith({ status, headers: { "Retry-After": "60" } }, {});
    write(page, "one", "two");
    await until(() => told.some((news) => news.state === "waiting" && news.reason === reason));
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(tried(), ["one"], String(status));
    connectionIsBack();
    await until(() => sent().length === 2);
  }
});

test("the bar says that nothing is taken, and that it is again", async () => {
  const states = [];
  document.addEventListener("extranet:service", ({ detail }) => states.push(detail.state));
  const page = await openPage();
  answerWith({ status: 507, headers: { "Retry-After": "60" } }, {});
  write(page, "one");
  await until(() => states.includes("full"));
  connectionIsBack();
  await until(() => sent().length === 1);
  assert.deepEqual(states, ["full", "fine"]);
});

test("a sign-in that has ended stops all of them, and one press brings all of them", async () => {
  const page = await openPage();
  answerWith({ status: 401 });
  write(page, "one", "two");
  await until(() => told.filter(({ state }) => state === "refused").length === 2);
  answerWith({});
  page.again(page.unsent(THREAD)[1]);
  await until(() => sent().length === 2);
  assert.deepEqual(sent(), ["one", "two"]);
});

test("what was not sent outlives the page, and any other page sends it", async () => {
  answerWith("cut");
  write(await openPage(), "one", "two");
  await until(() => told.some(({ state }) => state === "waiting"));
  asked.length = 0;
  const next = await openPage();
  answerWith({});
  next.goOn();
  await until(() => sent().length === 2);
  assert.deepEqual(sent(), ["one", "two"]);
});

test("two tabs send each message once, in the order in which they were written", async () => {
  const [one, other] = [await openPage(), await openPage()];
  write(one, "one");
  write(other, "two");
  write(one, "three");
  write(other, "four");
  await until(() => one.unsent().length === 0);
  await until(() => sent().length === 4);
  assert.deepEqual(tried(), ["one", "two", "three", "four"]);
});

test("what is broken for long is told, and holds nobody up for ever", async () => {
  const page = await openPage();
  answerWith({ status: 500 });
  write(page, "one");
  await until(() => {
    connectionIsBack();
    return told.some(({ state }) => state === "refused");
  });
  assert.equal(asked.length, 5);
});

test("each that waits behind another says that it waits", async () => {
  const page = await openPage();
  answerWith("cut");
  write(page, "one", "two");
  await until(() => told.some(({ state, entry }) => state === "waiting" && entry.id === "id-two"));
  write(page, "three");
  await until(() => told.findLast(({ entry }) => entry.id === "id-three").state === "waiting");
  assert.equal(told.findLast(({ entry }) => entry.id === "id-three").reason, "unreachable");
  answerWith({});
  connectionIsBack();
  await until(() => sent().length === 3);
});

test("why something is refused is said in words of its own where they say more than the server's", async () => {
  const refusals = [
    [{ status: 401 }, "ended"],
    [{ status: 403, code: "not-allowed" }, "forbidden"],
    [{ status: 403, code: "accept-terms-first" }, "refused"],
    [{ status: 404 }, "missing"],
    [{ status: 409 }, "refused"],
    [{ status: 413 }, "large"],
  ];
  for (const [refusal, reason] of refusals) {
    beginAnew();
    const page = await openPage();
    answerWith(refusal);
    write(page, "one");
    await until(() => told.some(({ state }) => state === "refused"));
    assert.equal(told.at(-1).reason, reason, JSON.stringify(refusal));
  }
});

test("what is refused while the browser keeps nothing more is not sent again and again", async () => {
  const page = await openPage();
  answerWith({ status: 422, detail: "No." });
  write(page, "one");
  memoryIsFull();
  await until(() => told.some(({ state }) => state === "refused"));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(tried(), ["one"]);
  const [left, ...others] = page.unsent(THREAD);
  assert.deepEqual([left.refused.detail, others], ["No.", []]);
});

test("what was refused where its thread no longer stands is tried again where it stands now", async () => {
  const page = await openPage();
  answerWith({ status: 404 }, {});
  write(page, "one");
  await until(() => page.unsent(THREAD)[0]?.refused);
  page.again(page.unsent(THREAD)[0], "/elsewhere/messages");
  await until(() => sent().length === 1);
  assert.deepEqual(asked.map(({ url }) => url), ["/messages", "/elsewhere/messages"]);
});

test("what is discarded takes the server's draft with it, as it was when it was sent", async () => {
  const page = await openPage();
  answerWith({ status: 409 }, {});
  const fields = [["client_id", "id"], ["answers", "m1"], ["body", "one"], ["draft", "3"]];
  page.send({ url: "/workspaces/w/threads/t1/messages", thread: THREAD, fields });
  await until(() => page.unsent(THREAD)[0]?.refused);
  page.discard(page.unsent(THREAD)[0]);
  assert.deepEqual(page.unsent(THREAD), []);
  assert.equal(asked.at(-1).url, "/api/v1/workspaces/w/drafts/answer-m1?version=3");
});
