// The bar about the connection: what it says when several things are wrong at once, and when it says that they are over.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import "./browser.mjs";

const network = new EventTarget();
let Bar;
Object.assign(globalThis, {
  addEventListener: network.addEventListener.bind(network),
  removeEventListener: network.removeEventListener.bind(network),
  HTMLElement: class {
    dataset = { offline: "offline", reconnecting: "reconnecting", signedOut: "signedOut", online: "online", busy: "busy", fine: "fine" };
    said = [];

    set textContent(text) {
      this.said.push(text);
    }

    replaceChildren() {
      this.said.push("");
    }
  },
  customElements: { define: (_name, element) => (Bar = element) },
});
mock.timers.enable({ apis: ["setTimeout"] });
await import("../../static/js/elements/connection-status.js");
let bar;

beforeEach(() => {
  bar = new Bar();
  bar.connectedCallback();
});

const networkIs = (state) => network.dispatchEvent(new Event(state));
const serviceIs = (state) => document.dispatchEvent(Object.assign(new Event("extranet:service"), { detail: { state } }));

test("the network comes and goes, and the first connection says nothing", () => {
  bar.state = "online";
  networkIs("offline");
  networkIs("online");
  mock.timers.tick(10_000);
  assert.deepEqual(bar.said, ["offline", "online", ""]);
});

test("a network that is back does not say that one is signed in, or connected", () => {
  for (const state of ["signedOut", "reconnecting"]) {
    bar.said = [];
    bar.state = state;
    networkIs("offline");
    networkIs("online");
    assert.deepEqual(bar.said, [state, "offline", state]);
    bar.state = "online";
    assert.equal(bar.said.at(-1), "online");
  }
});

test("a connection that breaks because the network is gone is not said twice", () => {
  networkIs("offline");
  bar.state = "reconnecting";
  bar.state = "online"; // whatever the browser thinks of its network
  assert.deepEqual(bar.said, ["offline", "online"]);
});

test("a service that is busy is spoken of after the connection", () => {
  serviceIs("busy");
  bar.state = "reconnecting";
  bar.state = "online";
  serviceIs("fine");
  assert.deepEqual(bar.said, ["busy", "reconnecting", "busy", "fine"]);
});
