// What is new, and how far the person has read: a mark goes no further than to the first message that was not seen.

import { token } from "../token.js";
import { showUnread } from "../unread.js";
import { idOf } from "./parts.js";

const READ_AFTER = 1_000;
const NEW_FOR = 12_000;

export class Reading {
  #thread;
  #placing;
  #unseen = new Map(); // id of a new message -> its seq, until it has been seen
  #elsewhere = new Map(); // the same for those that stand on another page of the thread
  #seen = 0;
  #marked = 0;
  #timer;
  #watcher;

  constructor(thread, placing, { signal }) {
    this.#thread = thread;
    this.#placing = placing;
    this.#watcher = new IntersectionObserver((entries) => this.#look(entries), { threshold: 0.2 });
    signal.addEventListener("abort", () => this.#watcher.disconnect());
    document.addEventListener("visibilitychange", () => this.#markSoon(), { signal });
    thread.addEventListener("extranet:replaced", ({ detail }) => this.#watchInstead(detail));
  }

  // A message of somebody else that came just now.
  isNew(article, seq) {
    article.classList.add("is-new");
    this.#unseen.set(idOf(article), seq);
    this.#watcher.observe(article);
  }

  isNewElsewhere(id, seq) {
    this.#elsewhere.set(id, seq);
  }

  showNews() {
    const pill = this.#thread.querySelector("[data-part=news]");
    const { here, oneNew, manyNew } = this.#thread.dataset;
    const number = this.#unseen.size + this.#elsewhere.size;
    pill.hidden = !number;
    if (!number) return;
    const [near] = this.#unseen.keys();
    const [far] = this.#elsewhere.keys();
    pill.href = near ? `#m-${near}` : `${here}?at=${far}#m-${far}`;
    pill.querySelector("[data-part=news-text]").textContent = (number === 1 ? oneNew : manyNew).replace("{n}", number);
  }

  #watchInstead({ old, fresh }) {
    this.#watcher.unobserve(old);
    if (this.#unseen.has(idOf(fresh))) this.#watcher.observe(fresh);
  }

  #look(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || document.hidden) continue;
      this.#watcher.unobserve(target);
      this.#seen = Math.max(this.#seen, this.#unseen.get(idOf(target)) ?? 0);
      this.#unseen.delete(idOf(target));
      setTimeout(() => target.classList.remove("is-new"), NEW_FOR);
    }
    this.showNews();
    this.#markSoon();
  }

  #markSoon() {
    if (document.hidden) return;
    for (const id of this.#unseen.keys()) {
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
    const first = Math.min(...this.#unseen.values(), ...this.#elsewhere.values());
    const seq = Math.min(this.#seen, first - 1);
    if (seq <= this.#marked || document.hidden) return;
    const content = new FormData();
    content.set("seq", seq);
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    const answer = await fetch(this.#thread.dataset.read, { method: "POST", body: content, headers }).catch(() => null);
    if (!answer?.ok) return;
    this.#marked = seq;
    showUnread((await answer.json()).workspaces);
  }
}
