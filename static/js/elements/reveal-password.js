// <reveal-password data-show data-hide>: a button that shows what one types, and hides it again before it is sent.

class RevealPassword extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => this.#show(field, button, field.type === "password"));
    field.form?.addEventListener("submit", () => this.#show(field, button, false));
  }

  #show(field, button, isShown) {
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", isShown);
    button.title = isShown ? this.dataset.hide : this.dataset.show;
  }
}

customElements.define("reveal-password", RevealPassword);
