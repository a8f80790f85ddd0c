// <text-counter data-most data-left data-over>: says how much room a text has left; aloud only when little is left.

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
    this.#field.addEventListener("input", () => this.#count());
    this.#count();
  }

  #count() {
    // The server counts code points, and a line break of a form as one.
    const left = Number(this.dataset.most) - [...this.#field.value].length;
    const text = (left < 0 ? this.dataset.over : this.dataset.left).replace("{n}", Math.abs(left));
    this.#shown.textContent = text;
    this.#shown.toggleAttribute("data-over", left < 0);
    clearTimeout(this.#timer);
    if (left < NEAR) this.#timer = setTimeout(() => (this.#said.textContent = text), 800);
  }
}

customElements.define("text-counter", TextCounter);
