// <filter-list data-label="…">: a box above a long list of choices that shows those whose words match. Ticked ones stay.

class FilterList extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(":scope > input")) return;
    const box = document.createElement("input");
    box.type = "search";
    box.className = "input";
    box.autocomplete = "off";
    box.placeholder = this.dataset.label;
    box.setAttribute("aria-label", this.dataset.label);
    box.addEventListener("input", () => this.#narrow(box.value));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    this.prepend(box);
  }

  #narrow(text) {
    const wanted = text.trim().toLocaleLowerCase();
    for (const choice of this.querySelectorAll(".choice")) {
      const matches = choice.textContent.toLocaleLowerCase().includes(wanted);
      choice.hidden = !matches && !choice.querySelector("input").checked;
    }
  }
}

customElements.define("filter-list", FilterList);
