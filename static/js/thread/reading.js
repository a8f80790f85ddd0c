// What is new, and how far the person has read: what was on the screen for a moment, or was scrolled past, is read. The
// mark goes no further than to the first message that was not seen.

import { post } from "../token.js";
import { showUnread } from "../unread.js";
import { idOf, me } from "./parts.js";

const SEEN_AFTER = 1_000;
const MARKED_AFTER = 300;
const MARKED_AGAIN = 30_000; // after a failure that may pass
const LOOK_EVERY = 150;
const NEW_FOR = 12_000;
const ENOUGH = "-24px 0px -72px 0px"; // of the screen's edges: more than its head has to be seen of a message

export class Reading {
  #thread;
  #placing;
  #unseen = new Map(); // seq of a new message -> its article's id, until it has been seen
  #elsewhere = new Map(); // seq -> {id, path} of those in parts of the thread that are not here; null if they never were
  #inSight = new Map(); // article on the screen -> what counts it as seen
  #unnamed; // how many more there are of which the page knows nothing, all after #lastNamed
  #lastNamed;
  #head; // how far its workspace was when the page was made
  #seen = 0;
  #marked;
  #opened = performance.now();
  #cameBackTo; // where it was marked as unread when this page was opened
  #timer;
  #looking = null;
  #isPaused = false; // marked as unread since then: it stays so until the thread is opened anew
  #watcher;

  constructor(thread, placing, { signal }) {
    this.#thread = thread;
    this.#placing = placing;
    this.#watcher = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: ENOUGH });
    signal.addEventListener("abort", () => this.#end());
    document.addEventListener("visibilitychange", () => this.#comeOrGo(), { signal });
    document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && this.#mark(), { signal });
    document.addEventListener("extranet:read", ({ detail }) => this.#hear(detail), { signal });
    addEventListener("scroll", () => (this.#looking ??= setTimeout(() => this.#pointSoon(), LOOK_EVERY)), { signal, passive: true });
    thread.addEventListener("extranet:replaced", ({ detail }) => this.#watchInstead(detail));
    this.#begin();
  }

  // A message of somebody else that came just now.
  isNew(article) {
    article.classList.add("is-new");
    this.#expect(article);
  }

  isNewElsewhere({ id, seq, path }) {
    this.#elsewhere.set(seq, { id, path });
  }

  // One that stands elsewhere was retracted: of what the page has not named it is one if it came after all that was seen,
  // and before the page was made.
  isRetractedElsewhere({ seq, author }) {
    const isUnnamed = seq > Math.max(this.#lastNamed, this.#seen) && seq <= this.#head && author?.id !== me;
    if (!this.#elsewhere.delete(seq) && this.#unnamed && isUnnamed) this.#unnamed -= 1;
    this.showNews();
  }

  // A message that stood elsewhere has come into the page.
  isHere(article) {
    if (this.#elsewhere.delete(seqOf(article)) || this.#isUnnamed(article)) this.#expect(article);
  }

  // A message goes out of the page, seen or not.
  isElsewhere(article) {
    this.#lose(article);
    const seq = seqOf(article);
    if (this.#unseen.delete(seq)) this.#elsewhere.set(seq, { id: idOf(article), path: article.dataset.path });
  }

  // The id of the oldest new message on this page that is not on the screen, if there is one.
  get next() {
    return this.#unseen.get(Math.min(...this.#outOfSight));
  }

  showNews() {
    const pill = this.#thread.querySelector("[data-part=news]");
    const { here, oneNew, manyNew } = this.#thread.dataset;
    const outOfSight = this.#outOfSight;
    const number = outOfSight.length + this.#elsewhere.size + this.#unnamed;
    pill.hidden = !number;
    if (!number) return;
    const near = this.#unseen.get(Math.min(...outOfSight));
    const far = this.#elsewhere.get(Math.min(...this.#elsewhere.keys()))?.id;
    pill.href = near ? `#m-${near}` : far ? `${here}?at=${far}#m-${far}` : `${here}?at=new#new`;
    const words = (number === 1 ? oneNew : manyNew).replace("{n}", new Intl.NumberFormat(document.documentElement.lang).format(number));
    const text = pill.querySelector("[data-part=news-text]");
    if (text.textContent !== words) text.textContent = words;
    this.#point(pill, near);
  }

  // What the server knows to be unread; what it has not named is what came after all that it has.
  #begin() {
    const { seq, unread, unreadNumber, unreadFrom, soFar } = this.#thread.dataset;
    const named = JSON.parse(unread || "[]");
    this.#head = Number(seq);
    this.#marked = Number(soFar);
    this.#cameBackTo = Number(unreadFrom);
    this.#unnamed = Math.max(0, Number(unreadNumber) - named.length);
    this.#lastNamed = named.at(-1) ?? 0;
    for (const seq of named) this.#elsewhere.set(seq, null);
    for (const article of this.#placing.messages) this.isHere(article);
    // What is on the screen is told at once by the watcher, so that nothing is announced that one looks at.
    if (!this.#unseen.size) this.showNews();
  }

  #expect(article) {
    this.#unseen.set(seqOf(article), idOf(article));
    this.#watcher.observe(article);
  }

  #isUnnamed(article) {
    const isOne = this.#unnamed > 0 && seqOf(article) > this.#lastNamed && article.dataset.author !== me;
    if (!isOne || article.matches(".is-retracted, [data-state]")) return false;
    this.#unnamed -= 1;
    return true;
  }

  get #outOfSight() {
    const inSight = new Set([...this.#inSight.keys()].map(seqOf));
    return [...this.#unseen.keys()].filter((seq) => !inSight.has(seq));
  }

  #pointSoon() {
    this.#looking = null;
    const pill = this.#thread.querySelector("[data-part=news]");
    if (!pill.hidden) this.#point(pill, this.next);
  }

  // Up or down, to where the first one is.
  #point(pill, near) {
    pill.dataset.to = (near ? this.#placing.message(near)?.getBoundingClientRect().top < 0 : this.#isAbove()) ? "up" : "down";
  }

  // Whether the first one elsewhere comes before what is here: by its path; of one that never was here, by its age.
  #isAbove() {
    const { begins, ends } = this.#thread.dataset;
    const [first] = this.#placing.messages;
    if (begins === "yes" || !first) return false;
    const seq = Math.min(...this.#elsewhere.keys());
    const path = this.#elsewhere.get(seq)?.path;
    return ends === "yes" || (path ? path < first.dataset.path : seq < seqOf(first));
  }

  // What was read on another device is not new here either; what was marked as unread is, from there on.
  #hear({ thread, seq, unread_from: from }) {
    if (thread !== this.#thread.dataset.thread) return;
    this.#isPaused = Boolean(from) && from !== this.#cameBackTo;
    if (from) {
      if (!this.#isPaused) return;
      this.#drawLine(from);
      return;
    }
    for (const one of [...this.#elsewhere.keys()]) if (one <= seq) this.#elsewhere.delete(one);
    for (const [one, id] of [...this.#unseen]) {
      if (one > seq) continue;
      this.#unseen.delete(one);
      const article = this.#placing.message(id);
      if (article) this.#lose(article);
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
    this.#lose(old);
    if (fresh.matches(".is-retracted")) this.#unseen.delete(seqOf(fresh));
    else if (this.#unseen.has(seqOf(fresh))) this.#watcher.observe(fresh);
    if (!this.#unseen.has(seqOf(fresh))) this.showNews();
  }

  #look(entries) {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const wasInSight = this.#inSight.has(target);
      if (isIntersecting && !wasInSight && !document.hidden) {
        this.#inSight.set(target, setTimeout(() => this.#see(target), SEEN_AFTER));
      } else if (!isIntersecting && wasInSight) {
        // When a page is opened it moves by itself.
        if (boundingClientRect.top < 0 && performance.now() > this.#opened + SEEN_AFTER) this.#see(target);
        else this.#forget(target);
      }
    }
    this.showNews();
  }

  #see(article) {
    this.#lose(article);
    const seq = seqOf(article);
    if (!this.#unseen.delete(seq)) return;
    this.#seen = Math.max(this.#seen, seq);
    setTimeout(() => article.classList.remove("is-new"), NEW_FOR);
    this.showNews();
    this.#markSoon(MARKED_AFTER);
  }

  #markSoon(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#mark(), pause);
  }

  #end() {
    this.#watcher.disconnect();
    clearTimeout(this.#timer);
  }

  #lose(article) {
    this.#watcher.unobserve(article);
    this.#forget(article);
  }

  #forget(article) {
    clearTimeout(this.#inSight.get(article));
    this.#inSight.delete(article);
  }

  // Who goes has seen what they have seen; what is there when they come is looked at anew.
  #comeOrGo() {
    if (document.hidden) {
      for (const article of [...this.#inSight.keys()]) this.#forget(article);
      clearTimeout(this.#timer);
      this.#mark();
      return;
    }
    for (const id of this.#unseen.values()) {
      const article = this.#placing.message(id);
      if (!article) continue;
      this.#watcher.unobserve(article);
      this.#watcher.observe(article);
    }
  }

  async #mark() {
    if (!this.#seen || this.#isPaused) return;
    const first = Math.min(...this.#unseen.keys(), ...this.#elsewhere.keys());
    const most = this.#unnamed ? this.#lastNamed : Infinity;
    const seq = Math.min(this.#seen, first - 1, most);
    const isBack = this.#cameBackTo > 0 && this.#seen >= this.#cameBackTo;
    if (seq <= this.#marked && !isBack) return;
    const content = new FormData();
    content.set("seq", seq);
    if (isBack) content.set("unread_from", this.#cameBackTo);
    const moment = performance.now();
    const answer = await post(this.#thread.dataset.read, content, { keepalive: true }).catch(() => null);
    if (!answer?.ok) {
      if (mayPass(answer)) this.#markSoon(MARKED_AGAIN * (1 + Math.random()));
      return;
    }
    this.#marked = Math.max(seq, this.#marked);
    if (isBack) this.#cameBackTo = 0;
    const said = await answer.json().catch(() => null);
    if (said) showUnread(said.workspaces, moment);
  }
}

// Whose sign-in has ended marks it when the connection is back.
function mayPass(answer) {
  return !answer || answer.status >= 500 || [408, 425, 429].includes(answer.status);
}

function seqOf(article) {
  return Number(article.dataset.seq);
}
