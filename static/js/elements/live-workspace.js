// <live-workspace>: the list of a workspace's threads. Pinned ones stand first; the one in which somebody writes moves up.
// What is said live counts at once; of what was missed the server says how much of it is new.

import { Stream } from "../stream.js";
import { parse } from "../thread/parts.js";
import { tell } from "../toast.js";
import { ask, numberOf, show } from "../unread.js";

const BRINGS_WORDS = new Set(["message-posted", "thread-opened"]);

const me = document.body.dataset.member;

class LiveWorkspace extends HTMLElement {
  #stream;
  #list;
  #isCatchingUp = false;

  connectedCallback() {
    this.#list = this.querySelector("[data-part=threads]");
    this.#stream = new Stream({
      slug: this.dataset.slug,
      seq: Number(this.dataset.seq),
      url: this.dataset.changes,
      apply: (item) => this.#apply(item),
      around: (work) => this.#catchUp(work),
      gone: () => tell(this.dataset.gone),
    });
    this.#stream.start();
  }

  disconnectedCallback() {
    this.#stream.stop();
  }

  #apply(item) {
    if (!item.thread) return;
    const old = this.#row(item.thread);
    if (item.kind === "thread-moved-away") {
      old?.remove();
      this.#waitsNoMore(item.thread);
      return;
    }
    if (!old && this.dataset.begins === "no") return;
    // Of many changes that were missed only the last one of a thread brings its row.
    if (item.row) this.#renew(old, parse(item.row, "li"), this.#isNew(item) ? 1 : 0);
  }

  #catchUp(work) {
    this.#isCatchingUp = true;
    work();
    this.#isCatchingUp = false;
    ask();
  }

  #isNew({ kind, message, actor }) {
    if (this.#isCatchingUp || !BRINGS_WORDS.has(kind) || message?.retracted_at) return false;
    return (message?.author ?? actor)?.id !== me;
  }

  #renew(old, row, more) {
    const unread = more + (old ? numberOf(old.querySelector(".badge")) : 0);
    const hadFocus = old?.contains(document.activeElement);
    row.classList.toggle("is-unread", unread > 0);
    row.querySelector("[data-part=muted]").hidden = old ? old.querySelector("[data-part=muted]").hidden : this.dataset.follows === "yes";
    old?.remove();
    this.#place(row);
    show(row.querySelector(".badge"), unread);
    this.#list.hidden = false;
    this.querySelector(".empty")?.remove();
    if (row.dataset.isWaiting === "no") this.#waitsNoMore(row.dataset.thread);
    if (hadFocus) row.querySelector("a").focus({ preventScroll: true });
  }

  // What would stand first on a later page of the list belongs to an earlier one.
  #place(row) {
    const next = [...this.#list.children].find((other) => comesBefore(row, other));
    if (this.dataset.begins === "no" && next === this.#list.firstElementChild) return;
    if (next) next.before(row);
    else this.#list.append(row);
  }

  #waitsNoMore(id) {
    const panel = this.querySelector("[data-part=waiting]");
    panel?.querySelector(`[data-question="${CSS.escape(id)}"]`)?.remove();
    if (panel && !panel.querySelector("[data-question]")) panel.remove();
  }

  #row(id) {
    return this.#list.querySelector(`[data-thread="${CSS.escape(id)}"]`);
  }
}

function comesBefore(row, other) {
  if (row.dataset.isPinned !== other.dataset.isPinned) return row.dataset.isPinned === "yes";
  return Date.parse(row.dataset.last) >= Date.parse(other.dataset.last);
}

customElements.define("live-workspace", LiveWorkspace);
