// What opens below the actions of a message: its menu, or the quiet reactions to choose from. One of each is made for
// the whole page; Escape, a press elsewhere and a choice close it. `extranet:menu` {article, menu} lets other parts of
// the page say which of their entries fit; they tell of a choice with `extranet:chosen`.

import { isMine } from "./reacting.js";
import { idOf, isActive, isOpen, me, pageOf } from "./parts.js";

export class Menu {
  #tools;
  #sheet;
  #opener;
  #name;
  #place; // the message it belongs to, until it is closed
  #focused;

  constructor(tools) {
    this.#tools = tools;
    document.addEventListener("click", ({ target }) => {
      if (this.#sheet?.isConnected && !this.#sheet.contains(target) && !this.#opener.contains(target)) this.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#sheet?.isConnected) return;
      event.stopPropagation();
      this.close({ focus: true });
    });
    document.addEventListener("focusin", ({ target }) => {
      if (!this.#sheet?.isConnected) return;
      if (this.#sheet.contains(target)) this.#focused = target;
      else if (target !== this.#opener) this.close();
    });
    document.addEventListener("extranet:chosen", () => this.close({ focus: true }));
    document.addEventListener("extranet:applied", () => this.#follow());
  }

  toggle(opener, name) {
    const article = opener.closest(".message");
    const isSame = this.#sheet?.isConnected && this.#opener === opener;
    this.close();
    if (!isSame) this.#open(article, opener, name);
  }

  close({ focus = false } = {}) {
    const isOpen = this.#sheet?.isConnected;
    this.#opener?.setAttribute("aria-expanded", "false");
    this.#sheet?.remove();
    this.#place = null;
    if (focus && isOpen) this.#opener.focus({ preventScroll: true });
  }

  #open(article, opener, name) {
    // An entry of the menu has gone with it: what it opens stands in the menu's place.
    this.#opener = opener.isConnected ? opener : article.querySelector("message-actions [data-action=more]");
    this.#name = name;
    this.#sheet = this.#tools.part(name);
    this.#put(article);
    if (this.#opener !== opener) this.#sheet.querySelector("button").focus({ preventScroll: true });
  }

  #put(article) {
    this.#place = idOf(article);
    if (this.#name === "menu") this.#fit(article);
    else for (const button of this.#sheet.children) button.setAttribute("aria-pressed", isMine(article, button.dataset.kind));
    this.#opener.after(this.#sheet);
    this.#opener.setAttribute("aria-expanded", "true");
    this.#align();
  }

  // The message was exchanged for a newer one while this was open: it goes along.
  #follow() {
    const article = this.#place && !this.#sheet.isConnected && document.getElementById(`m-${this.#place}`);
    const opener = article && article.querySelector(`message-actions [data-action="${this.#opener.dataset.action}"]`);
    if (!opener) return;
    this.#opener = opener;
    this.#put(article);
    if (article === document.activeElement) (this.#focused?.getClientRects().length ? this.#focused : opener).focus({ preventScroll: true });
  }

  #fit(article) {
    const page = article.closest("live-thread");
    const roles = { author: article.dataset.author === me, host: page?.dataset.isHost === "yes" };
    const states = { active: isActive(article), open: isOpen(article), edited: Boolean(article.querySelector(".message-edited")) };
    for (const entry of this.#sheet.querySelectorAll("li")) {
      const isFor = !entry.dataset.for || entry.dataset.for.split(" ").some((role) => roles[role]);
      entry.hidden = !isFor || (entry.dataset.when ?? "").split(" ").some((state) => state && !states[state]);
    }
    for (const link of this.#sheet.querySelectorAll("[data-page]")) link.href = pageOf(article) + link.dataset.page;
    document.dispatchEvent(new CustomEvent("extranet:menu", { detail: { article, menu: this.#sheet } }));
  }

  // Beside its opener, as far as there is room; above it where there is none below.
  #align() {
    const room = this.#sheet.offsetParent.clientWidth - this.#sheet.offsetWidth;
    this.#sheet.style.left = `${Math.max(0, Math.min(this.#opener.offsetLeft, room))}px`;
    const { bottom } = this.#sheet.getBoundingClientRect();
    this.#sheet.toggleAttribute("data-above", bottom > innerHeight && this.#opener.getBoundingClientRect().top > this.#sheet.offsetHeight);
  }
}
