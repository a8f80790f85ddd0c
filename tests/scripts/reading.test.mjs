// What the page of a thread counts as new beyond what it shows.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./browser.mjs";

globalThis.IntersectionObserver = class {};
globalThis.BroadcastChannel = class extends EventTarget {};
document.querySelector = () => null;
document.documentElement = { lang: "en" };
const { Reading } = await import("../../static/js/thread/reading.js");

const HEAD = 50;

// A page that names the new messages 11 and 12, and knows of two more after them.
function open() {
  const pill = { hidden: true, dataset: {}, querySelector: () => words };
  const words = { textContent: "" };
  const dataset = { seq: String(HEAD), unread: "[11, 12]", unreadNumber: "4", soFar: "10", manyNew: "{n}", oneNew: "{n}", begins: "yes" };
  const thread = { dataset, addEventListener: () => {}, querySelector: () => pill };
  const signal = new AbortController().signal;
  const reading = new Reading(thread, { messages: [], message: () => null }, { signal });
  return { reading, new: () => Number(words.textContent) };
}

test("what was retracted counts no more, if it was counted", () => {
  const page = open();
  assert.equal(page.new(), 4);
  page.reading.isRetractedElsewhere({ seq: 40, author: { id: "grace" } });
  assert.equal(page.new(), 3);
  page.reading.isRetractedElsewhere({ seq: 11, author: { id: "grace" } });
  assert.equal(page.new(), 2);
});

test("what was said after the page was made, and retracted before the page heard of it, was never counted", () => {
  const page = open();
  page.reading.isRetractedElsewhere({ seq: HEAD + 1, author: { id: "grace" } });
  assert.equal(page.new(), 4);
});
