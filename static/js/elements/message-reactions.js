// <message-reactions>: the quiet reactions that a message has. One's own are pressed; in an active workspace one joins in.

import { isActive, me } from "../message/parts.js";

class MessageReactions extends HTMLElement {
  connectedCallback() {
    const mayReact = isActive(this.closest(".message"));
    for (const button of this.querySelectorAll("button")) {
      button.disabled = !mayReact;
      if (mayReact) button.setAttribute("aria-pressed", button.dataset.members.split(" ").includes(me));
      else button.toggleAttribute("data-mine", button.dataset.members.split(" ").includes(me));
    }
  }
}

customElements.define("message-reactions", MessageReactions);
