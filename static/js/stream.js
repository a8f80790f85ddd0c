// The changes of one workspace, each once and in order, however the news came: live, late, out of order or not at all.
// A gap that stays, or a heartbeat that is ahead, is filled from `url?after=SEQ`, page after page, however much was missed.
// After sleep, a lost network or a silence the page asks by itself. Each change that the page has taken is then told to
// its other parts as `extranet:applied`.

import { pauseAfter, pauseAskedBy } from "./pauses.js";

const PATIENCE = 250; // for what comes out of order
const ANSWER = 30_000; // a request that nobody answers is given up, and asked anew: sooner when the network is back
const PAUSES = { first: 500, longest: 60_000 };
const SILENCE = 25_000; // the server's heartbeat comes at least every 15 s
const SLEPT = 5_000;
const AT_ONCE = 100;

export class Stream {
  #waiting = new Map();
  #head = 0;
  #timer;
  #silence;
  #heardAt = Date.now();
  #fetching = false;
  #wanted = false;
  #request;
  #askedAt = 0;
  #failures = 0;
  #off = new AbortController();

  // `apply` takes one change, `around` the work of taking several at once; `gone` is called when the workspace is no more.
  constructor({ slug, seq, url, apply, gone, around = (work) => work() }) {
    Object.assign(this, { slug, seq, url, apply, gone, around });
  }

  start() {
    const { signal } = this.#off;
    document.addEventListener("extranet:change", ({ detail }) => this.#hear(detail), { signal });
    document.addEventListener("extranet:head", ({ detail }) => this.#compare(detail), { signal });
    document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && this.#askAfterSleep(0), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.#askAfterSleep(SLEPT), { signal });
    document.addEventListener("resume", () => this.#askAfterSleep(0), { signal });
    addEventListener("online", () => this.#askAfterSleep(0), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#askAfterSleep(0), { signal });
    this.#waitInSilence();
  }

  stop() {
    this.#off.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
  }

  #hear(item) {
    if (item.workspace !== this.slug || item.seq <= this.seq) return;
    this.#waiting.set(item.seq, item);
    this.#head = Math.max(this.#head, item.seq);
    this.#settle();
  }

  #compare(heads) {
    this.#waitInSilence();
    if (!(this.slug in heads)) {
      this.#end();
      return;
    }
    this.#head = Math.max(this.#head, heads[this.slug]);
    this.#settle();
  }

  #settle() {
    while (this.#waiting.has(this.seq + 1)) this.#take(this.#waiting.get(this.seq + 1));
    if (this.seq < this.#head) this.#soon(PATIENCE);
    else this.#waiting.clear();
  }

  #take(item) {
    this.#waiting.delete(item.seq);
    if (item.seq <= this.seq) return;
    this.seq = item.seq;
    this.apply(item);
    document.dispatchEvent(new CustomEvent("extranet:applied", { detail: item }));
  }

  // Nobody says how far the workspace is: the page finds out by itself.
  #waitInSilence() {
    this.#heardAt = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (!document.hidden) this.#catchUp();
      this.#waitInSilence();
    }, SILENCE);
  }

  #askAfterSleep(least) {
    if (Date.now() - this.#heardAt < least) return;
    if (Date.now() - this.#askedAt > SLEPT) this.#request?.abort();
    this.#soon(0);
  }

  #soon(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#catchUp(), pause);
  }

  async #catchUp() {
    this.#wanted = true;
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      while (this.#wanted) {
        this.#wanted = false; // who asks from here on may know of more than the answer
        while (await this.#takeNextPage());
      }
      this.#failures = 0;
    } catch (trouble) {
      const pause = Math.max(pauseAfter(this.#failures++, PAUSES), trouble.asksFor ?? 0);
      if (!this.#off.signal.aborted) this.#soon(pause);
    } finally {
      this.#fetching = false;
    }
  }

  async #ask() {
    this.#request = new AbortController();
    this.#askedAt = Date.now();
    const enough = setTimeout(() => this.#request.abort(), ANSWER);
    try {
      const answer = await fetch(`${this.url}?after=${this.seq}`, { headers: { Accept: "application/json" }, signal: this.#request.signal });
      return Object.assign(answer, { content: answer.ok ? await answer.json() : null });
    } finally {
      clearTimeout(enough);
      this.#request = undefined;
    }
  }

  // Whether there is more.
  async #takeNextPage() {
    const answer = await this.#ask();
    if (answer.status === 404) this.#end();
    // Whose sign-in has ended may sign in again in another tab; then the connection comes back, and with it the rest.
    if (answer.status === 404 || answer.status === 401) return false;
    if (!answer.ok) throw Object.assign(new Error(answer.statusText), { asksFor: pauseAskedBy(answer) });
    const { items, head, more } = answer.content;
    this.#head = Math.max(this.#head, head);
    for (let start = 0; start < items.length && !this.#off.signal.aborted; start += AT_ONCE) {
      // Between two lots the page can be used, and shows what has come.
      if (start) await new Promise((resolve) => setTimeout(resolve));
      this.around(() => {
        for (const item of items.slice(start, start + AT_ONCE)) this.#take(item);
      });
    }
    while (this.#waiting.has(this.seq + 1)) this.#take(this.#waiting.get(this.seq + 1));
    return more || (items.length > 0 && this.seq < this.#head);
  }

  #end() {
    this.stop();
    this.gone();
  }
}
