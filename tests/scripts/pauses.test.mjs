// Pauses after failures: longer and longer, up to a longest, spread over those who failed together; and as long as asked.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { pauseAfter, pauseAskedBy } from "../../static/js/pauses.js";

const { random } = Math;
const after = (times, given) => Array.from({ length: times }, (_none, failures) => pauseAfter(failures, given));

afterEach(() => (Math.random = random));

test("each is twice as long as the one before, up to the longest", () => {
  Math.random = () => 0;
  assert.deepEqual(after(6, { first: 500, longest: 5_000 }), [500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  assert.equal(pauseAfter(5_000, { first: 500, longest: 5_000 }), 5_000);
});

test("chance adds as much again, or the part that is said, also to the longest", () => {
  Math.random = () => 0.5;
  assert.deepEqual(after(3, { first: 500, longest: 1_000 }), [750, 1_500, 1_500]);
  assert.deepEqual(after(3, { first: 500, longest: 1_000, spread: 0.5 }), [625, 1_250, 1_250]);
  assert.deepEqual(after(3, { first: 500, longest: 1_000, spread: 0 }), [500, 1_000, 1_000]);
});

test("an answer may ask for a pause; what is no number of seconds asks for none", () => {
  const saying = (headers) => new Response("{}", { status: 503, headers });
  assert.equal(pauseAskedBy(saying({ "Retry-After": "120" })), 120_000);
  for (const answer of [saying({}), saying({ "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }), null]) assert.equal(pauseAskedBy(answer), 0);
});
