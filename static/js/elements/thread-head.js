// <thread-head>: the name of a thread, what is special about it, and its decision, as they are now. It shows what is only
// for who opened the thread or hosts, and says so to the rest of the page: whether one can write, accept or decide.

import { idOf, me, parse } from "../thread/parts.js";
import { tell } from "../toast.js";
import { post } from "../token.js";

class ThreadHead extends HTMLElement {
  #off = new AbortController();

  connectedCallback() {
    const { signal } = this.#off;
    document.addEventListener("extranet:applied", ({ detail }) => this.#hear(detail), { signal });
    document.addEventListener("extranet:menu", ({ detail }) => this.#fitMenu(detail), { signal });
    document.addEventListener("click", (event) => this.#press(event), { signal });
    this.#equip();
  }

  disconnectedCallback() {
    this.#off.abort();
  }

  get #head() {
    return this.querySelector("[data-part=head]");
  }

  get #mayJudge() {
    return this.dataset.isActive === "yes" && (this.dataset.isHost === "yes" || this.#head.dataset.author === me);
  }

  #hear(item) {
    if (item.kind === "workspace-archived" || item.kind === "workspace-reopened") {
      this.dataset.isActive = item.kind === "workspace-reopened" ? "yes" : "no";
      this.#equip();
    }
    if (item.thread !== this.dataset.thread || !item.head) return;
    const link = this.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const wasLocked = this.#head.dataset.isLocked;
    this.#head.replaceWith(parse(item.head, "[data-part=head]"));
    this.#equip();
    if (this.#head.dataset.isLocked !== wasLocked) this.#tellThread();
    if (link) this.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
    const title = this.dataset.pageTitle.replace("{title}", () => this.#head.dataset.title);
    document.dispatchEvent(new CustomEvent("extranet:title", { detail: title }));
  }

  #equip() {
    for (const part of this.querySelectorAll("[data-for]")) part.hidden = !this.#mayJudge;
  }

  // An editor in which somebody writes does not go away under their hands: what they send is then refused, and kept.
  #tellThread() {
    const thread = document.querySelector("live-thread");
    if (thread) thread.dataset.isLocked = this.#head.dataset.isLocked === "yes" ? "now" : "no";
  }

  #fitMenu({ article, menu }) {
    const { kind, isLocked } = this.#head.dataset;
    const isAccepted = Boolean(article.querySelector(".message-accepted"));
    const fits = {
      accept: kind === "question" && !isAccepted,
      unaccept: kind === "question" && isAccepted,
      ground: kind === "decision" && isLocked === "no",
    };
    for (const [name, isFit] of Object.entries(fits)) {
      const entry = menu.querySelector(`[data-part=${name}]`);
      if (entry) entry.hidden = !isFit || !this.#mayJudge || article.classList.contains("is-retracted");
    }
    const link = menu.querySelector("[data-part=ground] a");
    if (link) link.href = `${this.dataset.decide}?ground=${encodeURIComponent(idOf(article))}`;
  }

  async #press(event) {
    const control = event.target.closest("[data-action=accept], [data-action=unaccept]");
    const article = control?.closest(".message");
    if (!article) return;
    const url = `${this.dataset.messages}/${encodeURIComponent(idOf(article))}/${control.dataset.action}`;
    document.dispatchEvent(new CustomEvent("extranet:chosen"));
    const answer = await post(url).catch(() => null);
    if (!answer?.ok) tell((await answer?.json().catch(() => null))?.detail ?? this.dataset.failed);
  }
}

customElements.define("thread-head", ThreadHead);
