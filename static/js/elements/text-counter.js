// <text-counter data-most data-left data-over [data-near]>: says how much room a text has left, with `data-near` only when
// no more than that is left; aloud only when little is left. A text that is too long says so where the form is sent.

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
    const text = (left < 0 ? this.dataset.over : this.dataset.left).replace("{n}", Math.abs(left));
    this.#shown.textContent = left <= Number(this.dataset.near ?? Infinity) ? text : "";
    this.#field.setCustomValidity(left < 0 ? text : "");
    this.#shown.toggleAttribute("data-over", left < 0);
    clearTimeout(this.#timer);
    if (left < NEAR) this.#timer = setTimeout(() => (this.#said.textContent = text), 800);
  }
}

customElements.define("text-counter", TextCounter);
