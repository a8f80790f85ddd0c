// <what-is-new data-here="URL">: the list of what is new; it is asked for anew when something is written or read elsewhere,
// by those who look at it, and not by all at the same moment.

const PAUSE = 1_200;
const SPREAD = 4_000;

class WhatIsNew extends HTMLElement {
  #off = new AbortController();
  #timer = null;
  #isBehind = false;
  #released = null; // a press is under way until then

  connectedCallback() {
    const { signal } = this.#off;
    for (const name of ["change", "read"]) document.addEventListener(`extranet:${name}`, () => this.#soon(), { signal });
    document.addEventListener("visibilitychange", () => this.#isBehind && this.#soon(), { signal });
    this.addEventListener("pointerdown", () => this.#waitFor("pointerup", "pointercancel"), { signal });
    this.addEventListener("keydown", () => this.#waitFor("keyup"), { signal });
  }

  disconnectedCallback() {
    this.#off.abort();
    clearTimeout(this.#timer);
  }

  #soon() {
    this.#isBehind = document.hidden;
    if (document.hidden) return;
    this.#timer ??= setTimeout(() => this.#renew(), PAUSE + Math.random() * SPREAD);
  }

  // A press counts where it began: what lies under it stays until it is over.
  #waitFor(...names) {
    this.#released = new Promise((resolve) => {
      for (const name of [...names, "blur"]) addEventListener(name, () => setTimeout(resolve), { once: true, signal: this.#off.signal });
    });
  }

  async #renew() {
    this.#timer = null;
    const answer = await fetch(this.dataset.here, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
    await this.#released;
    const fresh = page.querySelector("what-is-new");
    if (!fresh || !this.isConnected) return;
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    this.replaceChildren(...fresh.childNodes);
    if (focused) this.#standInFor(focused)?.focus({ preventScroll: true });
  }

  #standInFor(focused) {
    const same = focused.matches("a") ? `a[href="${CSS.escape(focused.getAttribute("href"))}"]` : focused.localName;
    return this.querySelector(same) ?? this.querySelector("a");
  }
}

customElements.define("what-is-new", WhatIsNew);
