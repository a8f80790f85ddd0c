// The little form in which one says what one thanks for. It stands below the message, not in it: what is typed stays
// when the message is exchanged for a newer one. It is kept in this browser too, until it is sent or emptied.

import { keep, keyOf, read } from "../drafts.js";
import { tell } from "../toast.js";
import { idOf, me, pageOf, send, sentenceOf, showEcho } from "./parts.js";

const THANKS = "/thanks";

export class Thanking {
  #tools;
  #form;
  #id;

  constructor(tools) {
    this.#tools = tools;
  }

  open(article) {
    if (this.#form?.isConnected && this.#id === idOf(article)) {
      this.#form.elements.words.focus();
      return;
    }
    this.#form?.remove();
    this.#id = idOf(article);
    this.#form = this.#tools.part("thank");
    this.#form.dataset.depth = article.dataset.depth;
    this.#form.action = pageOf(article) + THANKS;
    const key = keyOf(this.#form);
    this.#form.addEventListener("submit", (event) => this.#submit(event, key));
    this.#form.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    const own = article.querySelector(`.thanks-list [data-member="${CSS.escape(me)}"] [data-part=words]`);
    const { words } = this.#form.elements;
    words.value = read(key) ?? own?.textContent ?? "";
    words.addEventListener("input", () => keep(key, words.value));
    this.#form.querySelector("[data-action=withdraw-thanks]").hidden = !own;
    article.after(this.#form);
    words.focus();
  }

  close() {
    const hadFocus = this.#form?.contains(document.activeElement);
    this.#form?.remove();
    if (hadFocus) this.#article?.querySelector("[data-action=thank]")?.focus({ preventScroll: true });
  }

  withdraw() {
    return this.#send(`${THANKS}/withdraw`, {}, this.#tools.dataset.withdrawn);
  }

  async #submit(event, key) {
    event.preventDefault();
    const field = this.#form.elements.words;
    const words = field.value.trim();
    if (!words) field.focus();
    else if (await this.#send(THANKS, { words }, this.#tools.dataset.thanked) && field.value.trim() === words) keep(key, null);
  }

  // Whether it was taken.
  async #send(rest, fields, done) {
    const [form, article] = [this.#form, this.#article];
    if (!article || form.dataset.busy !== undefined) return false;
    form.dataset.busy = "";
    const { ok, said } = await send(pageOf(article) + rest, fields, this.#tools.dataset.failed);
    delete form.dataset.busy;
    if (!ok) {
      this.#complain(form, sentenceOf(said));
      return false;
    }
    showEcho(article, said.html);
    tell(done);
    if (form === this.#form) this.close();
    return true;
  }

  #complain(form, sentence) {
    const error = form.querySelector(".field-error");
    error.hidden = false;
    error.querySelector("[data-part=error]").textContent = sentence;
    form.elements.words.setAttribute("aria-invalid", "true");
    if (form.contains(document.activeElement)) form.elements.words.focus();
    else if (!form.isConnected) tell(sentence);
  }

  get #article() {
    return document.getElementById(`m-${this.#id}`);
  }
}
