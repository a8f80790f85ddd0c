// <live-workspace>: the list of a workspace's threads; the one in which somebody writes moves to the top.

import { Stream } from "../stream.js";
import { tell } from "../toast.js";
import { numberOf, show } from "../unread.js";

const me = document.body.dataset.member;

class LiveWorkspace extends HTMLElement {
  #stream;
  #list;
  #unread = new Map();

  connectedCallback() {
    this.#list = this.querySelector("[data-part=threads]");
    this.#stream = new Stream({
      slug: this.dataset.slug,
      seq: Number(this.dataset.seq),
      url: this.dataset.changes,
      apply: (item) => this.#apply(item),
      gone: () => tell(this.dataset.gone),
    });
    this.#stream.start();
  }

  disconnectedCallback() {
    this.#stream.stop();
  }

  #apply(item) {
    if (!["message-posted", "thread-opened"].includes(item.kind)) return;
    const old = this.#list.querySelector(`[data-thread="${CSS.escape(item.thread)}"]`);
    if (!old && this.dataset.begins === "no") return;
    const before = this.#unread.get(item.thread) ?? (old ? numberOf(old.querySelector(".badge")) : 0);
    const unread = before + (item.actor?.id === me ? 0 : 1);
    this.#unread.set(item.thread, unread);
    // Of many changes that were missed only the last one of a thread brings its row.
    if (!item.row) return;
    const row = parse(item.row);
    row.classList.toggle("is-unread", unread > 0);
    const hadFocus = old?.contains(document.activeElement);
    old?.remove();
    if (this.dataset.begins === "yes") this.#list.prepend(row);
    show(row.querySelector(".badge"), unread);
    this.#list.hidden = false;
    this.querySelector(".empty")?.remove();
    if (hadFocus) row.querySelector("a").focus({ preventScroll: true });
  }
}

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("li");
}

customElements.define("live-workspace", LiveWorkspace);
