// One message can always be reached by Tab, also where the one that could goes from the page.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.mjs";

// As much of an element as messages and their list need here.
class Element extends EventTarget {
  constructor({ id = "", classes = "message", ...dataset } = {}) {
    super();
    Object.assign(this, { id, dataset, children: [], tabIndex: -1, classList: { contains: (name) => name === classes } });
  }

  append(...children) {
    for (const child of children) child.parent = this;
    this.children.push(...children);
  }

  remove() {
    this.parent.children = this.parent.children.filter((child) => child !== this);
    delete this.parent;
  }

  replaceWith(other) {
    other.parent = this.parent;
    this.parent.children = this.parent.children.map((child) => (child === this ? other : child));
    delete this.parent;
  }

  before(other) {
    other.parent = this.parent;
    this.parent.children.splice(this.parent.children.indexOf(this), 0, other);
  }

  get isConnected() {
    return Boolean(this.parent);
  }

  get previousElementSibling() {
    return this.parent.children[this.parent.children.indexOf(this) - 1];
  }

  closest(selector) {
    return selector === ".message" && this.classList.contains("message") ? this : null;
  }

  contains(other) {
    return other === this;
  }

  focus() {
    document.activeElement = this;
    const event = new Event("focusin");
    Object.defineProperty(event, "target", { value: this });
    thread.list.dispatchEvent(event);
  }

  matches() {
    return false;
  }

  querySelector() {
    return null;
  }

  querySelectorAll() {
    return this.children;
  }

  getAttribute() {
    return null;
  }

  getBoundingClientRect() {
    return { top: 0, bottom: 10 };
  }
}

document.getElementById = () => ({ querySelector: () => new EventTarget(), addEventListener: () => null });
globalThis.innerHeight = 1_000;

const { Placing } = await import("../../static/js/thread/placing.js");
const { Keyboard } = await import("../../static/js/thread/keyboard.js");
let thread, placing, messages;

beforeEach(() => {
  document.activeElement = null;
  document.querySelector = () => null;
  messages = ["1", "2", "3"].map((path) => new Element({ id: `m-${path}`, path, seq: path }));
  thread = new Element({ classes: "", soFar: "9", begins: "yes", ends: "yes" });
  thread.list = new Element({ classes: "" });
  thread.list.append(...messages);
  placing = new Placing(thread);
  new Keyboard(thread, placing, {});
});

const reachable = () => placing.messages.filter(({ tabIndex }) => tabIndex === 0).map(({ id }) => id);

test("it begins with the first", () => {
  assert.deepEqual(reachable(), ["m-1"]);
});

test("what another tab discards leaves it to the one before", () => {
  messages[2].focus();
  document.activeElement = null;
  placing.leave(messages[2]);
  assert.deepEqual(reachable(), ["m-2"]);
});

test("a part that goes far out of sight leaves it to what is left", () => {
  placing.together(() => {
    for (const message of messages.slice(0, 2)) placing.remove(message);
  });
  assert.deepEqual(reachable(), ["m-3"]);
});

test("what stands for a message that goes has it from then on", () => {
  messages[2].focus();
  document.activeElement = null;
  placing.leave(messages[2], messages[0]);
  assert.deepEqual(reachable(), ["m-1"]);
});

test("what moves takes it along", () => {
  placing.replace(messages[0], new Element({ id: "m-1", path: "4", seq: "4" }), { isHere: true });
  assert.deepEqual([placing.messages.map(({ id }) => id), reachable()], [["m-2", "m-3", "m-1"], ["m-1"]]);
});

test("what takes another one's place takes it along", () => {
  placing.replace(messages[0], new Element({ id: "m-1", path: "1", seq: "4" }));
  assert.deepEqual([placing.messages.length, reachable()], [3, ["m-1"]]);
});

test("another one that goes leaves it where it is", () => {
  placing.leave(messages[1]);
  assert.deepEqual(reachable(), ["m-1"]);
});
