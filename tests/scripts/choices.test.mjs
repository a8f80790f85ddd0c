// Which messages a decision rests on, where a page shows only some of them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { asksForAll } from "../../static/js/message/choices.js";

const asked = [];

function pageWith(shown, search) {
  asked.length = 0;
  globalThis.document = { getElementById: (id) => shown.includes(id) };
  globalThis.location = { search, replace: (address) => asked.push(address) };
}

test("a page that shows all of them is not asked for again", () => {
  pageWith(["ground-a", "ground-b"], "?ground=b");
  assert.equal(asksForAll(["a", "b"]), false);
  assert.deepEqual(asked, []);
});

test("what stands further down in a long discussion is asked for, together with the others", () => {
  pageWith(["ground-a"], "?ground=a");
  assert.equal(asksForAll(["z", "a"]), true);
  assert.deepEqual(asked, ["?ground=z&ground=a"]);
});

test("what is not there any longer is asked for once", () => {
  pageWith(["ground-a"], "?ground=z&ground=a");
  assert.equal(asksForAll(["z", "a"]), false);
  assert.deepEqual(asked, []);
});
