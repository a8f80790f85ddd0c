// The changes of one workspace, each once and in order, however the news came: live, late, out of order or not at all.
// A gap that stays, or a heartbeat that is ahead, is filled from `url?after=SEQ`. Each change that the page has taken is
// then told to its other parts as `extranet:applied`.

const PATIENCE = 250;
const AGAIN = 5_000;

export class Stream {
  #waiting = new Map();
  #head = 0;
  #timer;
  #fetching = false;
  #off = new AbortController();

  constructor({ slug, seq, url, apply, gone }) {
    Object.assign(this, { slug, seq, url, apply, gone });
  }

  start() {
    const { signal } = this.#off;
    document.addEventListener("extranet:change", ({ detail }) => this.#hear(detail), { signal });
    document.addEventListener("extranet:head", ({ detail }) => this.#compare(detail), { signal });
  }

  stop() {
    this.#off.abort();
    clearTimeout(this.#timer);
  }

  #hear(item) {
    if (item.workspace !== this.slug || item.seq <= this.seq) return;
    this.#waiting.set(item.seq, item);
    this.#head = Math.max(this.#head, item.seq);
    this.#settle();
  }

  #compare(heads) {
    if (!(this.slug in heads)) {
      this.stop();
      this.gone();
      return;
    }
    this.#head = Math.max(this.#head, heads[this.slug]);
    this.#settle();
  }

  #settle() {
    while (this.#waiting.has(this.seq + 1)) this.#take(this.#waiting.get(this.seq + 1));
    if (this.seq < this.#head) this.#soon(PATIENCE);
  }

  #take(item) {
    this.#waiting.delete(item.seq);
    if (item.seq <= this.seq) return;
    this.seq = item.seq;
    this.apply(item);
    document.dispatchEvent(new CustomEvent("extranet:applied", { detail: item }));
  }

  #soon(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#catchUp(), pause);
  }

  async #catchUp() {
    if (this.#fetching || this.seq >= this.#head) return;
    this.#fetching = true;
    try {
      const answer = await fetch(`${this.url}?after=${this.seq}`, { headers: { Accept: "application/json" } });
      if (answer.status === 404 || answer.status === 401) {
        this.stop();
        if (answer.status === 404) this.gone();
        return;
      }
      if (!answer.ok) throw new Error(answer.statusText);
      const { items, head } = await answer.json();
      this.#head = Math.max(this.#head, head);
      for (const item of items) this.#take(item);
      this.#fetching = false;
      this.#settle();
    } catch {
      this.#soon(AGAIN);
    } finally {
      this.#fetching = false;
    }
  }
}
