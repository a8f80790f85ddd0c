// A long thread scrolls both ways: near an edge the next part is fetched and put in place, and parts far out of sight are
// taken away again, so that the page stays light however long one reads. The address follows what one reads, so that
// reload, Back and a copied link lead to the same message. The links for earlier and later messages work all the same.

import { tell } from "../toast.js";
import { idOf, parseAll } from "./parts.js";

const AHEAD = 900; // pixels before an edge is in sight
const MOST_PARTS = 8; // of 50 messages
const FAR = 1.5; // screens
const LOOK_EVERY = 150;
const NOTED_AFTER = 400;
const PATIENCE = 30_000; // for an answer

export class Scrolling {
  #thread;
  #placing;
  #reading;
  #parts; // from top to bottom: {first, previous, next}, the first path and the places before and after
  #loading = null;
  #edges = {};
  #timer;
  #stoodAt; // where the page was put by itself
  #looking = null;

  constructor(thread, placing, reading, { signal }) {
    this.#thread = thread;
    this.#placing = placing;
    this.#reading = reading;
    this.#parts = [{ first: placing.messages[0]?.dataset.path ?? "", ...this.#said() }];
    for (const side of ["earlier", "later"]) {
      this.#edges[side] = thread.querySelector(`[data-part=${side}]`);
      this.#edges[side].querySelector("[data-action=load]").addEventListener("click", (event) => this.#press(event, side));
    }
    this.#open();
    this.#stoodAt = scrollY;
    addEventListener("scroll", () => this.#moved(), { signal, passive: true });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  // Fetch the next part at the edge "earlier" or "later", if there is one. What went wrong is said where it was asked for.
  async load(side, { isAsked = false } = {}) {
    const edge = this.#edges[side];
    if (this.#loading || edge.hidden) return;
    this.#loading = side;
    edge.dataset.busy = "";
    this.#thread.list.setAttribute("aria-busy", "true");
    try {
      const link = edge.querySelector("[data-action=load]");
      const answer = await fetch(link.href, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
      const said = await answer?.json().catch(() => null);
      if (answer?.ok && said) this.#take(side, said);
      else if (isAsked) tell(said?.detail ?? this.#thread.dataset.isNotUnread);
    } finally {
      delete edge.dataset.busy;
      this.#thread.list.removeAttribute("aria-busy");
      this.#loading = null;
      this.#stoodAt = scrollY;
    }
  }

  get #isLong() {
    return this.#parts.length > 1 || this.#thread.dataset.begins === "no" || this.#thread.dataset.ends === "no";
  }

  #said() {
    const { previous, next } = this.#thread.dataset;
    return { previous: previous || null, next: next || null };
  }

  // Stand where the person was: at what the address or the history says, else where the thread opens. Whoever comes anew
  // and has a message here that was not sent is led to that first.
  #open() {
    if (this.#isLong) history.scrollRestoration = "manual";
    const { at, top } = history.state?.reading ?? {};
    const was = at && this.#placing.message(at);
    const isAnew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    const unsent = isAnew && !document.querySelector(":target") && this.#placing.messages.find(({ dataset }) => dataset.state === "failed");
    if (unsent) {
      unsent.scrollIntoView({ block: "center", behavior: "instant" });
      unsent.focus({ preventScroll: true });
    } else if (was) scrollBy({ top: was.getBoundingClientRect().top - top, behavior: "instant" });
    else if ((isAnew || this.#isLong) && !document.querySelector(":target")) this.#standAt(this.#thread.dataset.opensAt);
  }

  #standAt(id) {
    const message = id && this.#placing.message(id);
    if (!message) return;
    const line = message.previousElementSibling?.matches(".new-line") ? message.previousElementSibling : null;
    if (line) line.scrollIntoView({ block: "start", behavior: "instant" });
    else message.scrollIntoView({ block: "center", behavior: "instant" });
  }

  // Who stands still at an edge, or writes there, does not want the whole thread: each part takes a move of one's own.
  #moved() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#note(), NOTED_AFTER);
    if (Math.abs(scrollY - this.#stoodAt) > 1) this.#looking ??= setTimeout(() => this.#look(), LOOK_EVERY);
  }

  #look() {
    this.#looking = null;
    if (document.activeElement?.matches("textarea")) return;
    if (this.#loading) {
      this.#looking = setTimeout(() => this.#look(), LOOK_EVERY);
      return;
    }
    if (this.#edges.earlier.getBoundingClientRect().bottom > -AHEAD) this.load("earlier");
    if (this.#edges.later.getBoundingClientRect().top < innerHeight + AHEAD) this.load("later");
  }

  #press(event, side) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.load(side, { isAsked: true });
  }

  #take(side, { html, previous, next }) {
    const articles = parseAll(html);
    const part = { first: articles[0]?.dataset.path ?? "", previous, next };
    if (articles.length && side === "earlier") this.#parts.unshift(part);
    else if (articles.length) this.#parts.push(part);
    if (side === "earlier") this.#edgeIs("earlier", previous);
    else this.#edgeIs("later", next);
    this.#placing.take(articles);
    for (const article of articles) this.#reading.isHere(this.#placing.message(idOf(article)));
    this.#lighten(side === "earlier" ? "later" : "earlier");
  }

  // Whether anything lies beyond an edge, and under which cursor.
  #edgeIs(side, cursor) {
    const edge = this.#edges[side];
    const link = edge.querySelector("[data-action=load]");
    const hadFocus = edge.contains(document.activeElement);
    this.#thread.dataset[side === "earlier" ? "begins" : "ends"] = cursor ? "no" : "yes";
    if (cursor) link.href = `${this.#thread.dataset.here}?${side === "earlier" ? "before" : "after"}=${cursor}`;
    this.#placing.staying(() => (edge.hidden = !cursor));
    if (hadFocus && !cursor) this.#thread.list.focus({ preventScroll: true });
  }

  // Take away the part at an edge that is far out of sight, unless somebody works there.
  #lighten(side) {
    while (this.#parts.length > MOST_PARTS) {
      const isTop = side === "earlier";
      const border = isTop ? this.#parts[1].first : this.#parts.at(-1).first;
      const gone = this.#placing.messages.filter(({ dataset }) => (isTop ? dataset.path < border : dataset.path >= border));
      if (!gone.length || !gone.every((message) => this.#mayGo(message))) return;
      this.#placing.together(() => {
        for (const message of gone) {
          this.#reading.isElsewhere(message);
          this.#placing.remove(message);
        }
      });
      if (isTop) this.#parts.shift();
      else this.#parts.pop();
      this.#edgeIs(side, isTop ? this.#parts[0].previous : this.#parts.at(-1).next);
    }
  }

  #mayGo(message) {
    const { top, bottom } = message.getBoundingClientRect();
    const isFar = bottom < -FAR * innerHeight || top > (1 + FAR) * innerHeight;
    const isInUse = message.matches("[data-state]") || message.contains(document.activeElement) || message.nextElementSibling?.matches(".message-reply");
    return isFar && !isInUse;
  }

  // What one reads now is where the address leads.
  #note() {
    const message = this.#placing.firstInSight;
    if (!this.#isLong || !message || message.matches("[data-state]")) return;
    const at = idOf(message);
    const reading = { at, top: Math.round(message.getBoundingClientRect().top) };
    history.replaceState({ ...history.state, reading }, "", `${this.#thread.dataset.here}?at=${at}`);
  }
}
