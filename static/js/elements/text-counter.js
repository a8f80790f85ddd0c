// <text-counter data-most data-left data-over data-over-one [data-near]>: says how much room a text has left, with `data-near`
// only when no more than that is left; aloud only when little is left. A text that is too long is not valid.

const NEAR = 50;

class TextCounter extends HTMLElement {
  #field;
  #shown = document.createElement("p");
  #said = document.createElement("p");
  #timer;

  connectedCallback() {
    if (this.#field) return;
    this.#field = this.querySelector("textarea, input");
    this.#shown.className = "counter";
    this.#shown.setAttribute("aria-hidden", "true");
    this.#said.className = "visually-hidden";
    this.#said.setAttribute("role", "status");
    this.append(this.#shown, this.#said);
    this.#field.addEventListener("input", () => this.count());
    this.count();
  }

  // Asked for by who puts something into the field.
  count() {
    // The server counts code points, and a line break of a form as one.
    const left = Number(this.dataset.most) - [...this.#field.value].length;
    const words = left === -1 ? this.dataset.overOne : left < 0 ? this.dataset.over : this.dataset.left;
    const text = words.replace("{n}", Math.abs(left));
    this.#shown.textContent = left <= Number(this.dataset.near ?? Infinity) ? text : "";
    this.#field.setCustomValidity(left < 0 ? text : "");
    this.#shown.toggleAttribute("data-over", left < 0);
    clearTimeout(this.#timer);
    if (left < NEAR) this.#timer = setTimeout(() => (this.#said.textContent = text), 800);
  }

  // Asked for by who was to send a text that is too long: it is said aloud once more, beside the words that stand there.
  sayAgain() {
    this.#said.textContent = "";
    this.#timer = setTimeout(() => (this.#said.textContent = this.#shown.textContent), 100);
  }
}

customElements.define("text-counter", TextCounter);
