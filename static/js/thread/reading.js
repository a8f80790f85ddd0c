// What is new, and how far the person has read: a mark goes no further than to the first message that was not seen.

import { token } from "../token.js";
import { showUnread } from "../unread.js";
import { idOf, me } from "./parts.js";

const READ_AFTER = 1_000;
const NEW_FOR = 12_000;

export class Reading {
  #thread;
  #placing;
  #unseen = new Map(); // seq of a new message -> its id, until it has been seen
  #elsewhere = new Map(); // the same for those in parts of the thread that are not here; without an id if they never were
  #seen = 0;
  #marked = 0;
  #timer;
  #isPaused = false; // marked as unread: it stays so until the thread is opened anew
  #watcher;

  constructor(thread, placing, { signal }) {
    this.#thread = thread;
    this.#placing = placing;
    this.#watcher = new IntersectionObserver((entries) => this.#look(entries), { threshold: 0.2 });
    signal.addEventListener("abort", () => this.#watcher.disconnect());
    document.addEventListener("visibilitychange", () => this.#markSoon(), { signal });
    document.addEventListener("extranet:read", ({ detail }) => this.#hear(detail), { signal });
    thread.addEventListener("extranet:replaced", ({ detail }) => this.#watchInstead(detail));
    for (const seq of JSON.parse(thread.dataset.unread || "[]")) this.#elsewhere.set(seq, null);
    this.showNews();
  }

  // A message of somebody else that came just now.
  isNew(article, seq) {
    article.classList.add("is-new");
    this.#unseen.set(seq, idOf(article));
    this.#watcher.observe(article);
  }

  isNewElsewhere(id, seq) {
    this.#elsewhere.set(seq, id);
  }

  // A message that stood elsewhere has come into the page.
  isHere(article) {
    const seq = seqOf(article);
    if (!this.#elsewhere.delete(seq)) return;
    this.#unseen.set(seq, idOf(article));
    this.#watcher.observe(article);
  }

  // A message goes out of the page, seen or not.
  isElsewhere(article) {
    this.#watcher.unobserve(article);
    const seq = seqOf(article);
    if (this.#unseen.delete(seq)) this.#elsewhere.set(seq, idOf(article));
  }

  // The id of the oldest new message on this page, if there is one.
  get next() {
    return this.#unseen.get(Math.min(...this.#unseen.keys()));
  }

  showNews() {
    const pill = this.#thread.querySelector("[data-part=news]");
    const { here, oneNew, manyNew } = this.#thread.dataset;
    const number = this.#unseen.size + this.#elsewhere.size;
    pill.hidden = !number;
    if (!number) return;
    const near = this.next;
    const far = this.#elsewhere.get(Math.min(...this.#elsewhere.keys()));
    pill.href = near ? `#m-${near}` : far ? `${here}?at=${far}#m-${far}` : `${here}?at=new#new`;
    const words = (number === 1 ? oneNew : manyNew).replace("{n}", number);
    const text = pill.querySelector("[data-part=news-text]");
    if (text.textContent !== words) text.textContent = words;
  }

  // What was read on another device is not new here either; what was marked as unread is, from there on.
  #hear({ thread, seq, unread_from: from }) {
    if (thread !== this.#thread.dataset.thread) return;
    this.#isPaused = Boolean(from);
    if (from) {
      this.#drawLine(from);
      return;
    }
    for (const one of [...this.#elsewhere.keys()]) if (one <= seq) this.#elsewhere.delete(one);
    for (const [one, id] of [...this.#unseen]) {
      if (one > seq) continue;
      this.#unseen.delete(one);
      const article = this.#placing.message(id);
      if (article) this.#watcher.unobserve(article);
    }
    this.showNews();
  }

  #drawLine(from) {
    const first = this.#placing.messages.find((message) => seqOf(message) >= from && message.dataset.author !== me);
    this.#placing.staying(() => {
      const line = this.#thread.list.querySelector(".new-line") ?? document.createElement("p");
      Object.assign(line, { className: "new-line", id: "new", textContent: this.#thread.dataset.newLine });
      if (first) first.before(line);
      else line.remove();
    });
  }

  #watchInstead({ old, fresh }) {
    this.#watcher.unobserve(old);
    if (this.#unseen.has(seqOf(fresh))) this.#watcher.observe(fresh);
  }

  #look(entries) {
    let isSeen = false;
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || document.hidden) continue;
      isSeen = true;
      this.#watcher.unobserve(target);
      this.#seen = Math.max(this.#seen, seqOf(target));
      this.#unseen.delete(seqOf(target));
      setTimeout(() => target.classList.remove("is-new"), NEW_FOR);
    }
    if (!isSeen) return;
    this.showNews();
    this.#markSoon();
  }

  #markSoon() {
    if (document.hidden) return;
    for (const id of this.#unseen.values()) {
      // One that came while the page was hidden is looked at again.
      const article = this.#placing.message(id);
      if (!article) continue;
      this.#watcher.unobserve(article);
      this.#watcher.observe(article);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#mark(), READ_AFTER);
  }

  async #mark() {
    const first = Math.min(...this.#unseen.keys(), ...this.#elsewhere.keys());
    const seq = Math.min(this.#seen, first - 1);
    if (seq <= this.#marked || document.hidden || this.#isPaused) return;
    const content = new FormData();
    content.set("seq", seq);
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    const answer = await fetch(this.#thread.dataset.read, { method: "POST", body: content, headers }).catch(() => null);
    if (!answer?.ok) return;
    this.#marked = seq;
    showUnread((await answer.json()).workspaces);
  }
}

function seqOf(article) {
  return Number(article.dataset.seq);
}
