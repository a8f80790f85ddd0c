// <menu-disclosure> around <details>: Escape and a press elsewhere close the menu.

class MenuDisclosure extends HTMLElement {
  connectedCallback() {
    document.addEventListener("click", this);
    this.addEventListener("keydown", this);
    this.addEventListener("focusout", this);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this);
  }

  handleEvent(event) {
    const menu = this.querySelector("details");
    if (!menu.open) return;
    if (event.type === "keydown" && event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.type === "click" && !this.contains(event.target)) {
      menu.open = false;
    } else if (event.type === "focusout" && event.relatedTarget && !this.contains(event.relatedTarget)) {
      menu.open = false;
    }
  }
}

customElements.define("menu-disclosure", MenuDisclosure);
