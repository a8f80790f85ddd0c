// <what-is-new data-here="URL">: the list of what is new; it is asked for anew when something is written or read elsewhere.

const PAUSE = 1_200;

class WhatIsNew extends HTMLElement {
  #off = new AbortController();
  #timer;

  connectedCallback() {
    const { signal } = this.#off;
    for (const name of ["change", "read"]) document.addEventListener(`extranet:${name}`, () => this.#soon(), { signal });
  }

  disconnectedCallback() {
    this.#off.abort();
    clearTimeout(this.#timer);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), PAUSE);
  }

  async #renew() {
    const answer = await fetch(this.dataset.here, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("what-is-new");
    if (!fresh || !this.isConnected) return;
    const link = this.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.replaceChildren(...fresh.childNodes);
    if (link) this.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
  }
}

customElements.define("what-is-new", WhatIsNew);
