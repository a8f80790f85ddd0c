// The connection for news comes back by itself, whatever it was refused for, but never as somebody else. The real client,
// over the wire, with a server that lets in or refuses as ours does.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, beforeEach, test } from "node:test";

import "./browser.mjs";

const beat = setInterval;
globalThis.setInterval = (...given) => beat(...given).unref(); // what goes on as long as a page is open ends with the test

const page = new EventTarget();
const states = [];
const server = {};
const sessions = new Map(); // what is to be said to each, and the answer that is held back until there is something

const wire = createServer((request, response) => {
  const sid = new URL(request.url, "http://localhost").searchParams.get("sid");
  if (!sid) {
    const opened = `s${sessions.size}`;
    sessions.set(opened, { packets: [] });
    response.end(`0${JSON.stringify({ sid: opened, upgrades: [], pingInterval: 60_000, pingTimeout: 60_000, maxPayload: 1_000 })}`);
  } else if (request.method === "GET") {
    sessions.get(sid).poll = response;
    flush(sessions.get(sid));
  } else {
    let said = "";
    request.on("data", (part) => (said += part));
    request.on("end", () => {
      response.end("ok");
      if (!said.startsWith("40")) return;
      server.asked += 1;
      sessions.get(sid).packets.push(server.refuses ? '44{"message":"Connection rejected by server"}' : '40{"sid":"two"}');
      flush(sessions.get(sid));
    });
  }
});

function flush(session) {
  if (!session.poll || !session.packets.length) return;
  session.poll.end(session.packets.shift());
  delete session.poll;
}

await new Promise((resolve) => wire.listen(0, "127.0.0.1", resolve));
const host = `127.0.0.1:${wire.address().port}`;
Object.assign(globalThis, {
  location: { href: `http://${host}/`, protocol: "http:", hostname: "127.0.0.1", port: String(wire.address().port), host },
  addEventListener: page.addEventListener.bind(page),
  DOMParser: class {
    parseFromString(member) {
      return { querySelector: () => ({ content: "fresh" }), body: { dataset: { member } } };
    }
  },
});
document.documentElement = { dataset: {} };
document.body.dataset.live = "yes";
document.hidden = false;
document.addEventListener("extranet:connection", ({ detail }) => states.push(detail.state));
Math.random = () => 0;

beforeEach(() => {
  Object.assign(server, { asked: 0, refuses: true, isAway: false, member: "ada" });
  states.length = 0;
  globalThis.fetch = async (url) => {
    assert.equal(url, "/terms");
    if (server.isAway) throw new TypeError("Failed to fetch");
    return new Response(server.member);
  };
});

// The page is left.
afterEach(() => page.dispatchEvent(new Event("pagehide")));

after(() => {
  wire.close();
  wire.closeAllConnections();
});

const open = () => import(`../../static/js/socket.js?${Date.now()}`);
const comeBack = () => document.dispatchEvent(new Event("visibilitychange"));
const shortly = (time) => new Promise((resolve) => setTimeout(resolve, time));

async function until(says) {
  for (let left = 2_000; left; left -= 1) {
    if (says()) return;
    await shortly(25);
  }
  throw new Error(`never: ${says}; ${states}`);
}

test("whose sign-in has ended is told, and comes again after their next one, not after another member's", async () => {
  const { isConnected } = await open();
  server.member = "";
  await until(() => states.includes("signedOut"));
  Object.assign(server, { refuses: false, member: "bob", asked: 0 });
  comeBack();
  await shortly(200);
  assert.deepEqual([server.asked, isConnected()], [0, false]);
  server.member = "ada";
  comeBack();
  comeBack();
  await until(() => states.includes("online"));
  assert.deepEqual([server.asked, isConnected(), states], [1, true, ["signedOut", "online"]]);
});

for (const isAway of [false, true]) {
  test(`who is refused while signed in is not told otherwise, and comes again${isAway ? ", also where nobody can be asked" : ""}`, async () => {
    server.isAway = isAway;
    await open();
    await until(() => server.asked === 1);
    server.refuses = false;
    await until(() => states.includes("online"));
    assert.equal(states.includes("signedOut"), false);
  });
}
