// <personal-notice>: points out, while one writes and before it is sent, what looks like a personal identity code, a
// phone number or a street address in the words of its form. Nothing of it leaves the page for that, and one may send
// anyway. It is said aloud once, when something is found where nothing was. What a field said when the form was opened is
// read by others already.

import { lookFor } from "../personal-data.js";

const PAUSE = 700;
const FIELDS = ["title", "body", "words"];

class PersonalNotice extends HTMLElement {
  #form;
  #fields;
  #timer;
  #allowed = ""; // what was found when the writer chose to send it

  connectedCallback() {
    if (this.#form) return;
    this.#form = this.closest("form");
    this.#fields = FIELDS.map((name) => this.#form.elements[name]).filter(Boolean);
    this.#form.addEventListener("input", ({ target }) => this.#fields.includes(target) && this.#lookSoon());
    this.#form.addEventListener("extranet:cleared", () => this.#beginAnew());
    this.#form.addEventListener("extranet:sending", (event) => this.#hold(event));
    // A thread's own editors are sent by its script, which asks first.
    const asks = this.#form.matches("live-thread .editor");
    if (!asks) this.#form.addEventListener("submit", (event) => this.#hold(event), { capture: true });
    this.querySelector("[data-action=mend]").addEventListener("click", () => this.#firstWithFindings.focus());
    this.querySelector("[data-action=send-anyway]").addEventListener("click", () => this.#allow());
    this.#show(this.#look());
  }

  #look() {
    return this.#fields.flatMap((field) => this.#lookAt(field));
  }

  #lookAt({ name, value }) {
    return value === this.#form.elements[`${name}_was`]?.value ? [] : lookFor(value);
  }

  #lookSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pointOut(), PAUSE);
  }

  #pointOut() {
    const isNews = this.#notice.hidden;
    this.#show(this.#look());
    if (isNews && !this.#notice.hidden) this.#part("said").textContent = this.#inWords;
  }

  #hold(event) {
    const found = this.#look();
    if (!found.length || keyOf(found) === this.#allowed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#show(found);
    this.#part("choices").hidden = false;
    this.#notice.focus();
  }

  #allow() {
    this.#allowed = keyOf(this.#look());
    const field = this.#firstWithFindings;
    this.#mark();
    this.#form.requestSubmit();
    field.focus({ preventScroll: true });
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
    this.#part("found").replaceChildren(...rows);
    if (found.length) return;
    this.#part("choices").hidden = true;
    this.#part("said").textContent = "";
  }

  #wordsFor(kind) {
    return this.dataset[{ "identity-code": "identityCode", phone: "phone", address: "address" }[kind]];
  }

  get #firstWithFindings() {
    return this.#fields.find((field) => this.#lookAt(field).length) ?? this.#fields[0];
  }

  get #notice() {
    return this.#part("notice");
  }

  get #inWords() {
    const rows = [...this.#part("found").children].map(({ textContent }) => textContent);
    return `${this.querySelector(".notice-title").textContent} ${rows.join(", ")}`;
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

function keyOf(found) {
  return found.map(({ text }) => text).join("\n");
}

customElements.define("personal-notice", PersonalNotice);
