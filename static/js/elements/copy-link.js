// <copy-link data-copied="…" data-not-copied="…"><a href>…</a></copy-link>: a press copies the whole address; without
// JavaScript it is a link.

import { copy } from "../message/copying.js";

class CopyLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  handleEvent(event) {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    copy(Promise.resolve(link.href), this.dataset.copied, this.dataset.notCopied);
  }
}

customElements.define("copy-link", CopyLink);
