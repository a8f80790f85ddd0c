// The page's own scripts, without a page: `socket.js` and `stream.js` follow one workspace as they do in a browser, and
// what they take is written out, a line of JSON each. Arguments: the address of the gate (which adds the cookie), the
// workspace's slug, the seq to begin at, and the path of its changes.

import { writeSync } from "node:fs";

const [base, slug, seq, url] = process.argv.slice(2);

const document = new EventTarget();
document.body = { dataset: { live: "yes", member: "" } };
document.documentElement = { dataset: {} };
document.querySelector = () => null;
document.querySelectorAll = () => [];
document.getElementById = () => null;
document.hidden = false;
const plain = globalThis.fetch;
Object.assign(globalThis, {
  document,
  addEventListener: document.addEventListener.bind(document),
  removeEventListener: document.removeEventListener.bind(document),
  fetch: (path, how) => plain(new URL(path, base), how),
});
Object.defineProperty(globalThis, "location", { value: new URL(base), configurable: true });

const now = () => Number(process.hrtime.bigint()) / 1e9;
const tell = (what) => writeSync(1, `${JSON.stringify({ at: now(), ...what })}\n`);

document.addEventListener("extranet:change", ({ detail }) => tell({ heard: detail.seq }));
document.addEventListener("extranet:connection", ({ detail }) => tell({ connection: detail.state }));

const { Stream } = await import("../../static/js/stream.js");
new Stream({
  slug,
  seq: Number(seq),
  url,
  apply: (item) => tell({ seq: item.seq, kind: item.kind, id: item.message?.id ?? "", text: item.message?.body ?? null }),
  gone: () => tell({ gone: true }),
}).start();
await import("../../static/js/socket.js");
// Whoever started this ends with it: its end closes the pipe.
process.stdin.on("end", () => process.exit(0)).resume();
