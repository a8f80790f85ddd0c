// The editors of answers: each stands below what it answers, goes when it is put away, and keeps what was typed.

import { newId } from "../ids.js";
import { DEEPEST, idOf } from "./parts.js";

export class Replying {
  #thread;
  #placing;
  #editors = new Map(); // id of an answered message -> its editor

  constructor(thread, placing) {
    this.#thread = thread;
    this.#placing = placing;
    for (const editor of thread.querySelectorAll(".message-reply[data-answers]")) this.#editors.set(editor.dataset.answers, editor);
    thread.addEventListener("keydown", (event) => this.#escape(event));
    thread.addEventListener("click", (event) => this.#click(event));
  }

  // Answer a message: its editor opens, the others go unless something is written in them.
  reply(id) {
    for (const [other, editor] of this.#editors) {
      if (other !== id && editor.isConnected && !editor.querySelector("textarea").value) this.#placing.staying(() => editor.remove());
    }
    this.open(id).elements.body.focus();
  }

  // The form in which one answers a message.
  open(id) {
    const editor = this.#editors.get(id) ?? this.#make(id);
    this.#editors.set(id, editor);
    if (!editor.isConnected) this.#placing.message(id).after(editor);
    return editor.querySelector("form");
  }

  // The editor goes, what was typed stays with it.
  putAway(id, focus = null) {
    const editor = this.#editors.get(id);
    if (!editor) return;
    const hadFocus = editor.contains(document.activeElement);
    this.#placing.staying(() => editor.remove());
    if (!hadFocus) return;
    const next = focus ?? this.#placing.message(id)?.querySelector("[data-action=reply]") ?? this.#thread.list;
    next.focus({ preventScroll: true });
  }

  #make(id) {
    const editor = this.#thread.querySelector("template[data-part=reply]").content.firstElementChild.cloneNode(true);
    const answered = this.#placing.message(id);
    editor.dataset.answers = id;
    editor.dataset.depth = Math.min(Number(answered.dataset.depth) + 1, DEEPEST);
    for (const part of editor.querySelectorAll("[id^=reply-editor]")) part.id += `-${id}`;
    for (const name of ["for", "aria-controls", "aria-describedby", "aria-labelledby"]) {
      for (const part of editor.querySelectorAll(`[${name}]`)) {
        const ids = part.getAttribute(name).split(" ");
        part.setAttribute(name, ids.map((own) => (own.startsWith("reply-editor") ? `${own}-${id}` : own)).join(" "));
      }
    }
    const who = answered.querySelector(".message-name").textContent.trim();
    editor.querySelector("label").textContent = this.#thread.dataset.replyTo.replace("{name}", () => who);
    const { client_id, answers } = editor.querySelector("form").elements;
    client_id.value = newId();
    answers.value = id;
    return editor;
  }

  #click(event) {
    const control = event.target.closest("[data-action=reply], [data-action=cancel]");
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (control.dataset.action === "reply") this.reply(idOf(control.closest(".message")));
    else this.putAway(control.closest(".message-reply")?.dataset.answers);
  }

  #escape(event) {
    const editor = event.key === "Escape" && !event.defaultPrevented && event.target.closest(".message-reply");
    if (editor) this.putAway(editor.dataset.answers);
  }
}
