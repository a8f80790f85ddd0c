// <theme-switch> around the choice of colours in the settings: shows the choice at once; saving keeps it.

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      document.documentElement.dataset.theme = event.target.value;
    });
  }
}

customElements.define("theme-switch", ThemeSwitch);
