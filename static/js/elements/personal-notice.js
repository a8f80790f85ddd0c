// <personal-notice>: points out, while one writes and before it is sent, what looks like a personal identity code, a
// phone number or a street address. Nothing of it leaves the page for that, and one may send anyway.

import { lookFor } from "../personal-data.js";

const PAUSE = 700;

class PersonalNotice extends HTMLElement {
  #form;
  #field;
  #timer;
  #allowed = ""; // what was found when the writer chose to send it

  connectedCallback() {
    if (this.#form) return;
    this.#form = this.closest("form");
    this.#field = this.#form.elements.body;
    this.#form.addEventListener("input", ({ target }) => target === this.#field && this.#lookSoon());
    this.#form.addEventListener("extranet:cleared", () => this.#beginAnew());
    this.#form.addEventListener("extranet:sending", (event) => this.#hold(event));
    // A form that leaves the page; a thread's own editors are sent by its script, which asks first.
    this.#form.addEventListener("submit", (event) => !this.closest("live-thread") && this.#hold(event), { capture: true });
    this.querySelector("[data-action=mend]").addEventListener("click", () => this.#field.focus());
    this.querySelector("[data-action=send-anyway]").addEventListener("click", () => this.#allow());
    if (this.#field.value) this.#show(lookFor(this.#field.value));
  }

  #lookSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(lookFor(this.#field.value)), PAUSE);
  }

  #hold(event) {
    const found = lookFor(this.#field.value);
    if (!found.length || keyOf(found) === this.#allowed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#show(found);
    this.querySelector("[data-part=choices]").hidden = false;
    this.#notice.focus();
  }

  #allow() {
    this.#allowed = keyOf(lookFor(this.#field.value));
    this.#mark();
    this.#form.requestSubmit();
    this.#field.focus({ preventScroll: true });
  }

  // What was allowed was allowed once.
  #beginAnew() {
    this.#allowed = "";
    this.#form.elements.is_checked?.remove();
    this.#show([]);
  }

  // The server asks too where there is no script to ask.
  #mark() {
    const mark = this.#form.elements.is_checked ?? document.createElement("input");
    Object.assign(mark, { type: "hidden", name: "is_checked", value: "yes" });
    this.append(mark);
  }

  #show(found) {
    this.#notice.hidden = !found.length;
    const rows = found.map(({ kind, text }) => {
      const row = document.createElement("li");
      const quote = document.createElement("q");
      quote.dir = "auto";
      quote.textContent = text;
      row.append(quote, ` – ${this.#wordsFor(kind)}`);
      return row;
    });
    this.querySelector("[data-part=found]").replaceChildren(...rows);
    if (!found.length) this.querySelector("[data-part=choices]").hidden = true;
  }

  #wordsFor(kind) {
    return this.dataset[{ "identity-code": "identityCode", phone: "phone", address: "address" }[kind]];
  }

  get #notice() {
    return this.querySelector("[data-part=notice]");
  }
}

function keyOf(found) {
  return found.map(({ text }) => text).join("\n");
}

customElements.define("personal-notice", PersonalNotice);
