// Who is writing: said for this person every few seconds while they type, and shown of the others for as long.

import { say } from "../socket.js";
import { me } from "./parts.js";

const EVERY = 3_000;
const LASTS = 6_000;

export class Typing {
  #thread;
  #others = new Map(); // member's id -> {name, timer}
  #said = 0;

  constructor(thread, { signal }) {
    this.#thread = thread;
    thread.addEventListener("input", ({ isTrusted }) => isTrusted && this.#say());
    document.addEventListener("extranet:typing", ({ detail }) => this.#hear(detail), { signal });
  }

  // Who has sent something writes no more.
  hasSent(memberId) {
    if (!this.#others.has(memberId)) return;
    this.#others.delete(memberId);
    this.#show();
  }

  #say() {
    if (Date.now() - this.#said < EVERY) return;
    this.#said = Date.now();
    say("typing", { slug: this.#thread.dataset.slug, thread_id: this.#thread.dataset.thread });
  }

  #hear({ workspace, thread, member }) {
    if (workspace !== this.#thread.dataset.slug || thread !== this.#thread.dataset.thread || member.id === me) return;
    clearTimeout(this.#others.get(member.id)?.timer);
    const timer = setTimeout(() => this.hasSent(member.id), LASTS);
    this.#others.set(member.id, { name: member.name, timer });
    this.#show();
  }

  #show() {
    const [first] = this.#others.values();
    const words = this.#others.size > 1 ? this.#thread.dataset.manyTyping : this.#thread.dataset.typing;
    this.#thread.querySelector("[data-part=typing]").textContent = first ? words.replace("{name}", () => first.name) : "";
  }
}
