// The one module that touches Socket.IO. News become events of the document, so that nothing else has to know it:
// `extranet:change`, `extranet:head`, `extranet:typing`, `extranet:here`, `extranet:read`, `extranet:draft`, and `extranet:connection` with what became of it.
// It begins with long polling and goes on with WebSocket where the network lets it.

const NEWS = ["change", "head", "typing", "here", "read", "draft"];
const GRACE = 2_000;

let socket;

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

if (document.body.dataset.live === "yes") connect();

async function connect() {
  const { io } = await import("socket.io-client");
  socket = io({ reconnectionDelay: 500, reconnectionDelayMax: 4_000 });
  for (const name of NEWS) socket.on(name, (content) => tell(name, content));
  let timer;
  const become = (state, patience = 0) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      document.documentElement.dataset.connection = state;
      tell("connection", { state });
      const status = document.querySelector("connection-status");
      if (status) status.state = state;
    }, patience);
  };
  socket.on("connect", () => become("online"));
  socket.on("disconnect", (reason) => {
    become("reconnecting", GRACE);
    // Told to go: perhaps signed out, perhaps the server only restarts. Asking once more finds out.
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), GRACE / 2);
  });
  // A refusal is final: the sign-in has ended.
  socket.on("connect_error", () => become(socket.active ? "reconnecting" : "signedOut", GRACE));
  // A page that is kept in the browser's memory holds no connection.
  addEventListener("pagehide", () => socket.disconnect());
  addEventListener("pageshow", (event) => {
    if (event.persisted) socket.connect();
  });
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(`extranet:${name}`, { detail }));
}
