// <message-tools>: holds once for a page what its messages need when something is done to them, and hears the presses.

import { copyLink, copyText } from "../message/copying.js";
import { markUnreadFrom } from "../marks.js";
import { Menu } from "../message/menu.js";
import { Quoting } from "../message/quoting.js";
import { react } from "../message/reacting.js";
import { Thanking } from "../message/thanking.js";

class MessageTools extends HTMLElement {
  #menu;
  #thanking;
  #quoting;
  #off = new AbortController();

  connectedCallback() {
    this.#menu = new Menu(this);
    this.#thanking = new Thanking(this);
    this.#quoting = new Quoting(this);
    document.addEventListener("click", (event) => this.#press(event), { signal: this.#off.signal });
  }

  disconnectedCallback() {
    this.#off.abort();
  }

  // A fresh copy of one of the templates.
  part(name) {
    return this.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
  }

  #press(event) {
    const control = event.target.closest("[data-action]");
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const article = control.closest(".message[id^=m-]");
    const act = article ? this.#acts(control, article)[control.dataset.action] : this.#formActs()[control.dataset.action];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #acts(control, article) {
    const then = (work) => () => {
      this.#menu.close({ focus: true });
      work();
    };
    return {
      more: () => this.#menu.toggle(control, "menu"),
      reactions: () => this.#menu.toggle(control, "reactions"),
      react: () => {
        react(this, control);
        if (control.closest(".reaction-menu")) this.#menu.close({ focus: true });
      },
      thank: () => this.#thanking.open(article),
      quote: then(() => this.#quoting.quote(article)),
      "copy-link": then(() => copyLink(this, article)),
      "copy-text": then(() => copyText(this, article)),
      "unread-from": then(() => markUnreadFrom(article)),
    };
  }

  #formActs() {
    return { "cancel-thanks": () => this.#thanking.close(), "withdraw-thanks": () => this.#thanking.withdraw() };
  }
}

customElements.define("message-tools", MessageTools);
