// <message-reactions>: the quiet reactions that a message has. One's own are pressed; in an active workspace one joins in.

import { isActive, me } from "../message/parts.js";

class MessageReactions extends HTMLElement {
  connectedCallback() {
    this.fit();
  }

  // Anew when the workspace is opened again.
  fit() {
    const mayReact = isActive(this.closest(".message"));
    for (const button of this.querySelectorAll("button")) {
      const isMine = button.dataset.members.split(" ").includes(me);
      button.disabled = !mayReact;
      if (mayReact) button.setAttribute("aria-pressed", isMine);
      button.toggleAttribute("data-mine", isMine && !mayReact);
    }
  }
}

customElements.define("message-reactions", MessageReactions);
