// The one module that touches Socket.IO. News become events of the document, so that nothing else has to know it:
// `extranet:change`, `extranet:head`, `extranet:typing`, `extranet:here`, `extranet:read`, `extranet:draft`, and `extranet:connection` with what became of it.
// It begins with long polling and goes on with WebSocket where the network lets it; who comes back begins with what went well.

import { pauseAfter } from "./pauses.js";
import { renewToken } from "./token.js";

const NEWS = ["change", "head", "typing", "here", "read", "draft"];
const GRACE = 2_000;
const PAUSES = { first: 2_000, longest: 60_000 };
const SILENCE = 30_000; // the server asks every 20 s whether one is there, and its heartbeat comes every 10 s
const LOOKS_EVERY = 5_000;

let socket;
let showing;

export function say(name, content) {
  if (socket?.connected) socket.emit(name, content);
}

// Say something and hear the answer, if there is one.
export function ask(name, content, hear) {
  if (socket?.connected) socket.emit(name, content, hear);
}

export function isConnected() {
  return Boolean(socket?.connected);
}

if (document.body.dataset.live === "yes") begin();

async function begin() {
  let io;
  for (let failures = 0; !(io = await load()); failures += 1) {
    become("reconnecting", GRACE);
    await new Promise((resolve) => {
      setTimeout(resolve, pauseAfter(failures, PAUSES));
      addEventListener("online", resolve, { once: true });
    });
  }
  connect(io);
}

async function load() {
  try {
    return (await import("socket.io-client")).io;
  } catch ({ message }) {
    // Chromium never fetches again, for as long as the page is open, what it could not fetch under this address.
    const [address] = /https?:\S+\.js/.exec(message) ?? [];
    const library = address ? await import(`${address}?${Date.now()}`).catch(() => null) : null;
    return library?.io;
  }
}

function connect(io) {
  let [refusals, isOut, heardAt, timer] = [0, false, 0];
  socket = io({ reconnectionDelay: 500, reconnectionDelayMax: 4_000, rememberUpgrade: true });
  for (const name of NEWS) socket.on(name, (content) => tell(name, content));
  const wait = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(comeAgain, pause);
  };
  // Where nobody can say whether this member is signed in, it is as it was.
  const findOut = async () => (isOut = !(await renewToken().catch(() => !isOut)));
  // Whose sign-in has ended comes again after the next one, if it is the same member's.
  const comeAgain = async () => {
    clearTimeout(timer);
    if (isOut && (await findOut())) wait(pauseAfter(Infinity, PAUSES));
    else if (!socket.active) socket.connect();
  };
  // A line may be dead without a word, and Engine.IO stands still when one ends in the middle of its change to WebSocket.
  const hear = () => (heardAt = performance.now());
  socket.io.on("open", hear);
  socket.io.on("ping", hear);
  socket.onAny(hear);
  setInterval(() => {
    if (socket.io.engine?.readyState === "open" && performance.now() - heardAt > SILENCE) socket.disconnect().connect();
  }, LOOKS_EVERY);
  // Where a network swallows WebSocket without a word, polling is tried next.
  socket.io.on("error", ({ message }) => {
    if (message === "timeout") socket.io.opts.rememberUpgrade = false;
  });
  socket.on("connect", () => {
    refusals = 0;
    socket.io.opts.rememberUpgrade = true;
    become("online");
  });
  socket.on("disconnect", (reason) => {
    become("reconnecting", GRACE);
    // Told to go: perhaps signed out, perhaps the server only restarts. Asking once more finds out.
    if (reason === "io server disconnect") wait(GRACE / 2);
  });
  socket.on("connect_error", async () => {
    if (socket.active) {
      become("reconnecting", GRACE);
      return;
    }
    // Refused: the sign-in has ended, or the server is in trouble. Socket.IO itself does not come again.
    await findOut();
    if (socket.active) return;
    become(isOut ? "signedOut" : "reconnecting", GRACE);
    wait(pauseAfter(isOut ? Infinity : refusals++, PAUSES)); // who is signed out need not ask often
  });
  document.addEventListener("visibilitychange", () => document.hidden || comeAgain());
  addEventListener("online", comeAgain);
  // A page that is kept in the browser's memory holds no connection.
  addEventListener("pagehide", () => {
    clearTimeout(timer);
    socket.disconnect();
  });
  addEventListener("pageshow", (event) => event.persisted && comeAgain());
}

function become(state, patience = 0) {
  clearTimeout(showing);
  showing = setTimeout(() => {
    document.documentElement.dataset.connection = state;
    tell("connection", { state });
    const status = document.querySelector("connection-status");
    if (status) status.state = state;
  }, patience);
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(`extranet:${name}`, { detail }));
}
