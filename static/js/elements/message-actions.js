// <message-actions>: the row below a message. Nobody thanks for their own message; what opens something says so.

class MessageActions extends HTMLElement {
  connectedCallback() {
    const article = this.closest(".message");
    if (article.dataset.author === document.body.dataset.member) this.querySelector("[data-action=thank]").hidden = true;
    if (!document.querySelector("message-tools")) return;
    for (const link of this.querySelectorAll("[data-action=more], [data-action=reactions]")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", "false");
      link.addEventListener("keydown", press);
    }
  }
}

// A button is pressed by the space bar too.
function press(event) {
  if (event.key !== " ") return;
  event.preventDefault();
  event.currentTarget.click();
}

customElements.define("message-actions", MessageActions);
