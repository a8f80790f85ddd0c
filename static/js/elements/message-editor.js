// <message-editor data-preview="URL">: a textarea with a toolbar for Markdown, a preview, and a draft that survives.
// Behind «@» it offers names (`data-mentionable`). Ctrl or ⌘ with Enter sends; within the toolbar one moves by the arrow keys.

import { isApart, isLeaving, keep, keepApart, keyOf, keysOfOthers, move, read, sharedKeyOf } from "../drafts.js";
import { newId } from "../ids.js";
import { asksForAll, choose, chosenIn, groundsAsked, isChoice } from "../message/choices.js";
import { Mentioning } from "../message/mentioning.js";
import { put } from "../text-field.js";
import { post } from "../token.js";

const MARKS = {
  bold: (text) => around(text, "**"),
  italic: (text) => around(text, "_"),
  link: (text) => (/^https?:\/\/\S+$/.test(text) ? { text: `[](${text})`, from: 1, to: 1 } : { text: `[${text}](https://)`, from: text.length + 3, to: text.length + 11 }),
  list: (text) => lines(text, "- "),
  quote: (text) => lines(text, "> "),
};
const BLOCKS = new Set(["list", "quote"]);

class MessageEditor extends HTMLElement {
  #field;
  #form;
  #preview;
  #buttons;
  #known = ""; // what this tab knows the shared draft to say

  connectedCallback() {
    if (this.#field) return;
    this.#field = this.querySelector("textarea");
    this.#form = this.#field.form;
    this.#preview = this.querySelector(".editor-preview");
    this.#buttons = [...this.querySelectorAll("[role=toolbar] button")];
    this.#roam(this.#buttons[0]);
    const { mentionable: url, oneName: one, manyNames: many, noName: nobody, beginName: begin, names: label } = this.dataset;
    if (url) new Mentioning(this.#field, { url, one, many, nobody, begin, label });
    this.addEventListener("click", (event) => this.#press(event.target.closest("button[data-mark]")));
    this.querySelector("[role=toolbar]").addEventListener("keydown", (event) => this.#move(event));
    this.#field.addEventListener("keydown", (event) => this.#send(event));
    // What stands here after the browser's Back is for the draft to say: what was sent is not offered again.
    this.#form.autocomplete = "off";
    for (const field of [this.#field, this.#title]) field?.addEventListener("input", () => this.#keep());
    this.#form.addEventListener("change", ({ target }) => isChoice(target) && this.#keep());
    addEventListener("pageshow", (event) => event.persisted && this.#beginAnew());
    addEventListener("storage", (event) => event.key === sharedKeyOf(this.#form) && this.#hearTab(event));
    this.#form.addEventListener("submit", (event) => this.#leave(event));
    addEventListener("online", () => this.#sayAway(false));
    this.restore();
  }

  // Give back what was typed earlier, unless something is here already.
  restore() {
    const draft = read(keyOf(this.#form)) ?? this.#takeOver();
    this.#known = isApart(this.#form) ? "" : this.#wordsOf(read(sharedKeyOf(this.#form)));
    this.#offerOthers();
    if (this.#isSentBack) this.#keep();
    else if (draft && (!this.#field.value || this.#form.dataset.sentWhen) && !this.#title?.value) this.#bring(draft);
    else if (groundsAsked().length) this.#takeGrounds();
  }

  #bring(draft) {
    const { body = "", title = "", chosen = {} } = typeof draft === "string" ? { body: draft } : draft;
    // What was only ticked for a decision that somebody has written meanwhile is done with.
    if (!body && chosen.in_place_of && chosen.in_place_of[0] !== this.#form.elements.in_place_of.value) return;
    this.#field.value = body;
    if (this.#title) this.#title.value = title;
    this.closest("text-counter")?.count?.();
    const grounds = [...new Set([...(chosen.grounds ?? []), ...groundsAsked()])];
    if (asksForAll(grounds)) return;
    choose(this.#form, chosen.grounds ? { ...chosen, grounds } : chosen);
    if (grounds.length) this.#takeGrounds();
  }

  // The address has done its work: reloaded, it does not tick again what was not wanted after all.
  #takeGrounds() {
    history.replaceState(history.state, "", location.pathname);
    this.#keep();
  }

  // A form that was sent back holds what was typed and chosen, and knows what there is now.
  get #isSentBack() {
    return "sentBack" in this.#form.dataset && Object.keys(chosenIn(this.#form)).length > 0;
  }

  get #title() {
    return this.#form.elements.title;
  }

  #keep() {
    const shared = this.#wordsOf(read(sharedKeyOf(this.#form)));
    const here = this.#wordsOf(this.#draft);
    delete this.#form.dataset.follows;
    if (!isApart(this.#form) && shared && shared !== this.#known && shared !== here) {
      this.#renewId();
      keepApart(this.#form, this.#draft);
    }
    if (!isApart(this.#form)) this.#known = here;
    keep(keyOf(this.#form), this.#draft);
  }

  // What stands here, as it is kept: the words, with what is chosen beside them; a new discussion with its title.
  get #draft() {
    const [body, title, chosen] = [this.#field.value, this.#title?.value, chosenIn(this.#form)];
    if (!Object.keys(chosen).length) return body;
    const isEmpty = !body && !title && !chosen.grounds?.length;
    return isEmpty ? null : { body, title, chosen };
  }

  // What a draft says, to be compared.
  #wordsOf(draft) {
    return typeof draft === "object" && draft ? [draft.title ?? [], draft.body ?? ""].flat().join("\n") : (draft ?? "");
  }

  // A new discussion that was begun in a tab which is closed now goes on in the next one.
  #takeOver() {
    const [left] = this.#title ? keysOfOthers(this.#form) : [];
    const draft = left ? read(left) : null;
    if (!draft) return null;
    move(left, keyOf(this.#form));
    return draft;
  }

  // Another tab writes at the same place. What nobody touched here follows it; a text of one's own is kept beside it.
  #hearTab({ oldValue, newValue }) {
    if (!newValue) this.#renewId();
    if (this.#title || isApart(this.#form)) return;
    const [here, before, now] = [this.#field.value, bodyIn(oldValue), bodyIn(newValue)];
    this.#known = now;
    if (here === now) return;
    const isFollowing = !here || "follows" in this.#form.dataset || (now ? now.startsWith(here) : here === before);
    if (isFollowing && !this.#form.dataset.sentWhen) this.#follow(now);
    else if (here && now) keepApart(this.#form, this.#draft);
    if (this.#field.value !== now) this.#known = "";
  }

  #follow(body) {
    this.#field.value = body;
    this.#form.dataset.follows = "";
    this.closest("text-counter")?.count?.();
  }

  // What other tabs have left here stands beside what is written: it is added or thrown away, as the person says.
  #offerOthers() {
    const template = document.getElementById("other-draft");
    if (!template || this.#title) return;
    for (const key of keysOfOthers(this.#form)) {
      const words = bodyOf(read(key));
      if (!words || words === bodyOf(read(keyOf(this.#form)))) continue;
      const notice = template.content.firstElementChild.cloneNode(true);
      notice.querySelector(".notice-title").textContent = template.dataset.inTab;
      notice.querySelector("[data-part=words]").textContent = words;
      notice.addEventListener("click", ({ target }) => this.#choose(notice, key, target.closest("[data-choice]")?.dataset.choice));
      this.#form.querySelector(":scope > .buttons").before(notice);
    }
  }

  #choose(notice, key, choice) {
    if (!choice) return;
    const words = bodyOf(read(key));
    keep(key, null);
    notice.remove();
    this.#field.focus();
    if (choice !== "add") return;
    this.#field.value = [this.#field.value, words].filter(Boolean).join("\n\n");
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Back in the browser's memory, with what was sent meanwhile still in the fields.
  #beginAnew() {
    if (!this.#title || read(keyOf(this.#form))) return;
    this.#form.reset();
    this.#renewId();
  }

  // What was sent in another tab took the id with it.
  #renewId() {
    if (this.#title) this.#form.elements.client_id.value = newId();
  }

  #press(button) {
    if (!button) return;
    this.#roam(button);
    if (button.dataset.mark === "preview") this.#toggle(button);
    else this.#mark(button.dataset.mark);
  }

  #mark(name) {
    if (this.#field.hidden) return;
    const field = this.#field;
    field.focus();
    if (BLOCKS.has(name)) this.#takeWholeLines();
    const start = field.selectionStart;
    const { text, from, to } = MARKS[name](field.value.slice(start, field.selectionEnd));
    put(field, text);
    field.setSelectionRange(start + from, start + to);
  }

  #takeWholeLines() {
    const { value, selectionStart, selectionEnd } = this.#field;
    const end = value.indexOf("\n", selectionEnd);
    this.#field.setSelectionRange(value.lastIndexOf("\n", selectionStart - 1) + 1, end < 0 ? value.length : end);
  }

  async #toggle(button) {
    const shows = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", shows);
    this.#field.hidden = shows;
    this.#preview.hidden = !shows;
    if (shows) await this.#fill();
    else this.#field.focus();
  }

  async #fill() {
    if (!this.#field.value.trim()) {
      this.#preview.textContent = this.dataset.empty;
      return;
    }
    this.#preview.setAttribute("aria-busy", "true");
    const content = new FormData();
    content.set("body", this.#field.value);
    try {
      const answer = await post(this.dataset.preview, content);
      const said = await answer.json();
      // What the server gives has been through the cleaner; what it refuses is only words.
      if (answer.ok) this.#preview.innerHTML = said.html;
      else this.#preview.textContent = Object.values(said.errors ?? {}).flat()[0] ?? said.detail;
    } catch {
      this.#preview.textContent = this.dataset.failed;
    }
    this.#preview.removeAttribute("aria-busy");
  }

  // Of the toolbar one button is reached by Tab, the others by the arrows (the pattern of ARIA).
  #move(event) {
    const last = this.#buttons.length - 1;
    const here = this.#buttons.indexOf(document.activeElement);
    const there = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: last }[event.key];
    if (there === undefined || here < 0) return;
    event.preventDefault();
    const button = this.#buttons[(there + last + 1) % (last + 1)];
    this.#roam(button);
    button.focus();
  }

  #roam(current) {
    for (const button of this.#buttons) button.tabIndex = button === current ? 0 : -1;
  }

  #send(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #leave(event) {
    // A thread's own editors wait for the connection by themselves; another page would be the browser's own, of no use.
    // A browser may be wrong about it: who presses again is let through, and the draft is kept anyway.
    if (!navigator.onLine && !this.closest("live-thread") && !this.#away.textContent) {
      event.preventDefault();
      this.#sayAway(true);
      return;
    }
    const { dataset, elements } = this.#form;
    const selector = dataset.sentWhen ?? `[data-client-id="${CSS.escape(elements.client_id.value)}"]`;
    queueMicrotask(() => {
      if (!event.defaultPrevented) isLeaving(keyOf(this.#form), selector);
    });
  }

  get #away() {
    return this.#form.querySelector("[data-part=away]");
  }

  #sayAway(isAway) {
    this.#away.textContent = isAway ? this.#away.dataset.words : "";
  }
}

function bodyOf(draft) {
  return (typeof draft === "string" ? draft : draft?.body) ?? "";
}

function bodyIn(stored) {
  return bodyOf(JSON.parse(stored ?? "null")?.value);
}

function around(text, mark) {
  return { text: mark + text + mark, from: mark.length, to: mark.length + text.length };
}

function lines(text, mark) {
  const marked = text.split("\n").map((line) => mark + line).join("\n");
  return { text: marked, from: text ? 0 : mark.length, to: marked.length };
}

customElements.define("message-editor", MessageEditor);
