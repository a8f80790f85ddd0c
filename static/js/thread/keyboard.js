// Everything by keyboard: from message to message, up and down the levels, to the next unread one, to answer. Single keys
// act only while the focus is on a message or within it, and can be switched off (WCAG 2.1.4). One message at a time can
// be reached by Tab; nothing here moves the focus unless a key was pressed.

import { idOf, me } from "./parts.js";

const OFF = "extranet:keys-off";
const FIELDS = "input, textarea, select, [contenteditable], [role=menu], dialog";
const ARROWS = { ArrowDown: "next", ArrowUp: "previous", ArrowLeft: "parent", ArrowRight: "answer", Home: "first", End: "last" };
const LETTERS = { j: "next", k: "previous", h: "parent", l: "answer", u: "unread", r: "reply", "?": "help" };

export class Keyboard {
  #thread;
  #placing;
  #scrolling;
  #reading;
  #replying;
  #current = null;
  #sheet = document.getElementById("keys");

  constructor(thread, placing, { scrolling, reading, replying }) {
    this.#thread = thread;
    this.#placing = placing;
    this.#scrolling = scrolling;
    this.#reading = reading;
    this.#replying = replying;
    this.#roam(this.#firstNew ?? placing.messages[0]);
    thread.list.addEventListener("keydown", (event) => this.#press(event));
    thread.list.addEventListener("focusin", ({ target }) => this.#roam(target.closest(".message")));
    thread.addEventListener("extranet:replaced", ({ detail }) => detail.old === this.#current && this.#roam(detail.fresh));
    thread.addEventListener("extranet:removed", ({ detail }) => detail.article === this.#current && this.#roam(detail.heir));
    document.querySelector("[data-part=to-new]")?.addEventListener("click", (event) => this.#toNew(event));
    this.#equipSheet();
  }

  // Move by a name of the tables above; from the message that has the focus.
  async go(where) {
    const { messages } = this.#placing;
    const here = messages.indexOf(this.#current);
    const way = {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      parent: () => messages.slice(0, here).findLast((message) => depthOf(message) < depthOf(this.#current)),
      answer: () => (depthOf(messages[here + 1]) > depthOf(this.#current) ? messages[here + 1] : null),
      first: () => messages[0],
      last: () => messages.at(-1),
      unread: () => this.#nextUnread(here),
    }[where];
    const message = await way();
    if (message) this.#focus(message);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.target.closest(FIELDS)) return;
    const message = event.target.closest(".message");
    if (!message) return;
    const does = ARROWS[this.#mirrored(event.key)] ?? (isOff() ? null : LETTERS[event.key]);
    // On a link the arrows are the browser's; a message longer than the screen scrolls first.
    if (!does || (event.key in ARROWS && (event.target !== message || hasMore(message, does)))) return;
    event.preventDefault();
    if (does === "help") this.#sheet.showModal();
    else if (does === "reply") this.#reply(message);
    else this.go(does);
  }

  #mirrored(key) {
    if (document.dir !== "rtl") return key;
    return { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[key] ?? key;
  }

  async #step(by) {
    const at = () => this.#placing.messages[this.#placing.messages.indexOf(this.#current) + by];
    if (!at()) await this.#scrolling.load(by > 0 ? "later" : "earlier");
    return at();
  }

  // Below this one, else from the top; what lies elsewhere in the thread is another page.
  #nextUnread(here) {
    const { messages } = this.#placing;
    const isUnread = (message) => this.#isNew(message);
    const found = messages.slice(here + 1).find(isUnread) ?? this.#placing.message(this.#reading.next ?? "");
    const pill = this.#thread.querySelector("[data-part=news]");
    if (!found && !pill.hidden) location.assign(pill.href);
    return found;
  }

  #isNew({ dataset, classList }) {
    return Number(dataset.seq) > Number(this.#thread.dataset.soFar) && dataset.author !== me && !classList.contains("is-retracted");
  }

  get #firstNew() {
    return this.#placing.messages.find((message) => this.#isNew(message));
  }

  #toNew(event) {
    const message = this.#firstNew;
    if (!message) return;
    event.preventDefault();
    this.#focus(message);
  }

  #reply(message) {
    if (message.querySelector("[data-action=reply]")?.getClientRects().length) this.#replying.reply(idOf(message));
  }

  #focus(message) {
    message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "nearest" });
  }

  #roam(message) {
    if (!message || message === this.#current) return;
    if (this.#current) this.#current.tabIndex = -1;
    this.#current = message;
    message.tabIndex = 0;
  }

  #equipSheet() {
    const box = this.#sheet.querySelector("[data-part=letters]");
    this.#sheet.addEventListener("toggle", () => (box.checked = !isOff()));
    box.addEventListener("change", () => switchOff(!box.checked));
  }
}

function hasMore(message, does) {
  const { top, bottom } = message.getBoundingClientRect();
  return (does === "next" && bottom > innerHeight) || (does === "previous" && top < 0);
}

function depthOf(message) {
  return message ? message.dataset.path.length : 0;
}

function isOff() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false;
  }
}

function switchOff(isWanted) {
  try {
    if (isWanted) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
  } catch {
    // Without a memory they stay as they are.
  }
}
