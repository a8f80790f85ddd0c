// Answering with a quote: of a whole message from its menu, of a part by the button that stands beside a selection.

import { put } from "../text-field.js";
import { idOf, isOpen } from "./parts.js";
import { wordsOf } from "./copying.js";

const PAUSE = 200;

export class Quoting {
  #button;
  #article;
  #timer;

  constructor(tools) {
    this.#button = tools.part("quote");
    document.addEventListener("selectionchange", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#offer(), PAUSE);
    });
    // A press must not take the selection away before it is used.
    this.#button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#button.addEventListener("click", () => this.#quoteSelection());
  }

  quote(article, text = wordsOf(article.querySelector(".message-body"))) {
    article.querySelector("[data-action=reply]").click();
    const field = document.querySelector(`.message-reply[data-answers="${CSS.escape(idOf(article))}"] textarea`);
    if (!field) return;
    const quoted = text.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
    const end = field.value.trimEnd().length;
    field.setSelectionRange(end, field.value.length);
    put(field, `${end ? "\n\n" : ""}${quoted}\n\n`);
    field.scrollTop = field.scrollHeight;
  }

  #offer() {
    const selection = getSelection();
    this.#article = selection.isCollapsed ? null : articleOf(selection);
    if (!this.#article || !selection.toString().trim()) {
      if (this.#button !== document.activeElement) this.#button.remove();
      return;
    }
    const { bottom, right } = lineEnd(selection.getRangeAt(0));
    document.body.append(this.#button);
    const room = document.documentElement.clientWidth - this.#button.offsetWidth - 8;
    this.#button.style.insetBlockStart = `${bottom + scrollY + 6}px`;
    this.#button.style.left = `${Math.max(8, Math.min(right - this.#button.offsetWidth / 2, room))}px`;
  }

  #quoteSelection() {
    const text = getSelection().toString().trim();
    const article = this.#article;
    this.#button.remove();
    if (!article?.isConnected || !text) return;
    getSelection().removeAllRanges();
    this.quote(article, text);
  }
}

// The message in whose words the whole selection lies, if it can be answered. A selection by paragraph ends at the
// beginning of what follows, so it is its words that count.
function articleOf(selection) {
  const range = selection.getRangeAt(0);
  const body = elementOf(range.startContainer)?.closest(".message-body");
  if (!body) return null;
  const within = document.createRange();
  within.selectNodeContents(body);
  within.setStart(range.startContainer, range.startOffset);
  const endsWithin = within.compareBoundaryPoints(Range.END_TO_END, range) >= 0;
  if (!endsWithin && within.toString().trim() !== range.toString().trim()) return null;
  const article = body.closest(".message[id^=m-]");
  return article && isOpen(article) ? article : null;
}

// Where the last line of a selection ends.
function lineEnd(range) {
  return [...range.getClientRects()].findLast(({ width }) => width > 0) ?? range.getBoundingClientRect();
}

function elementOf(node) {
  return node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
}
