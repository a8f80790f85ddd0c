// <copy-link data-copied="…"><a href>…</a></copy-link>: a press copies the whole address; without JavaScript it is a link.

import { tell } from "../toast.js";

class CopyLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  async handleEvent(event) {
    const link = event.target.closest("a");
    if (!link || !navigator.clipboard || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    tell(this.dataset.copied);
  }
}

customElements.define("copy-link", CopyLink);
