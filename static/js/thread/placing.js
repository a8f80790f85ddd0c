// Where messages stand: each takes its place in the order of the tree without moving what the person reads or writes.

import { idOf, isVisible } from "./parts.js";

export const LAST = "~"; // comes after every step of a path

const HIGHEST = 2; // the levels of headings that messages have
const LOWEST = 6;

export class Placing {
  #thread;
  #list;
  #order; // the messages that stand here, from top to bottom
  #isTogether = false;
  #isToLevel = false;

  constructor(thread) {
    this.#thread = thread;
    this.#list = thread.list;
    this.#order = [...this.#list.querySelectorAll(":scope > .message")];
    this.#level();
  }

  get messages() {
    return this.#order;
  }

  // The message at the top of the screen.
  get firstInSight() {
    return this.#order[this.#firstBelow(0)] ?? this.#order.at(-1);
  }

  message(id) {
    return this.#list.querySelector(`#m-${CSS.escape(id)}`);
  }

  // One that is being sent, or has just come, under the id that its client gave it.
  sent(clientId) {
    return clientId ? this.#list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`) : null;
  }

  // Whether a path belongs to the part of the thread that this page shows.
  isOnPage(path) {
    const { begins, ends } = this.#thread.dataset;
    const first = this.#order.find(isThere);
    if (!first) return true;
    const comesBefore = begins === "no" && path < first.dataset.path;
    const comesAfter = ends === "no" && path > this.#order.findLast(isThere).dataset.path;
    return !comesBefore && !comesAfter;
  }

  insert(article) {
    const at = this.#placeOf(article.dataset.path);
    const following = this.#order[at];
    this.staying(() => {
      if (following) {
        const line = following.previousElementSibling;
        (line?.classList.contains("new-line") ? line : following).before(article);
      } else {
        this.#list.append(article);
      }
      this.#order.splice(at, 0, article);
      this.#setLevel(article);
      if (at === 0) this.#level();
    });
    return article;
  }

  // A part of the thread that was not here: those that are here already stay, or move to where they belong.
  take(articles) {
    this.together(() => {
      for (const article of articles) {
        const there = this.message(idOf(article));
        if (!there) this.insert(article);
        else if (there.dataset.path !== article.dataset.path) this.replace(there, article, { isHere: true });
      }
    });
  }

  // What was sent and belongs to a part of the thread that is not here keeps its place for now, and says where it stands.
  replace(old, fresh, { isHere = this.isOnPage(fresh.dataset.path) } = {}) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const isMoving = fresh.dataset.path !== old.dataset.path && old.dataset.path !== undefined;
    this.staying(() => {
      if (old.classList.contains("is-new")) fresh.classList.add("is-new");
      if (!isThere(old) && !isHere) this.#sayElsewhere(fresh, old);
      if (isMoving && isHere) {
        this.#takeOut(old);
        this.insert(fresh);
      } else {
        old.replaceWith(fresh);
        this.#order.splice(this.#order.indexOf(old), 1, fresh);
        this.#setLevel(fresh);
      }
    });
    if (focused) focusIn(fresh, focused);
    this.#thread.dispatchEvent(new CustomEvent("extranet:replaced", { detail: { old, fresh } }));
  }

  // A message goes; what pointed to it goes to the one that stands for it, else to the one before, else after it.
  remove(article, heir) {
    const at = this.#takeOut(article);
    const detail = { article, heir: heir ?? this.#order[at - 1] ?? this.#order[0] };
    this.#thread.dispatchEvent(new CustomEvent("extranet:removed", { detail }));
  }

  // The same for good: also the focus that was in it goes there.
  leave(article, heir = this.#order[this.#order.indexOf(article) - 1]) {
    if (article.contains(document.activeElement)) (heir ?? this.#list).focus({ preventScroll: true });
    this.staying(() => this.remove(article, heir));
  }

  // Do something to the page while what the person looks at or writes in stays where it is on the screen.
  staying(work) {
    if (this.#isTogether) {
      work();
      return;
    }
    const anchor = this.#anchor();
    const before = anchor?.getBoundingClientRect().top;
    work();
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  }

  // The same for many things at once: the page is measured before and after all of them.
  together(work) {
    if (this.#isTogether) {
      work();
      return;
    }
    this.staying(() => {
      this.#isTogether = true;
      try {
        work();
      } finally {
        this.#isTogether = false;
        if (this.#isToLevel) this.#level();
        this.#isToLevel = false;
      }
    });
  }

  // Where it stood in the order.
  #takeOut(article) {
    const at = this.#order.indexOf(article);
    if (at >= 0) this.#order.splice(at, 1);
    article.remove();
    if (at === 0) this.#level();
    return at;
  }

  #sayElsewhere(fresh, old) {
    const { here, elsewhere } = this.#thread.dataset;
    const id = idOf(fresh);
    const line = document.createElement("p");
    line.className = "message-state";
    line.append(Object.assign(document.createElement("a"), { href: `${here}?at=${id}#m-${id}`, textContent: elsewhere }));
    fresh.append(line);
    fresh.dataset.path = old.dataset.path;
  }

  // Those who move by heading can move by level: levels count from the first message that is here, so that none is left out.
  #level() {
    if (this.#isTogether) this.#isToLevel = true;
    else for (const message of this.#order) this.#setLevel(message);
  }

  #setLevel(article) {
    const base = (this.#order[0] ?? article).dataset.depth;
    const level = HIGHEST + Math.max(0, article.dataset.depth - base);
    article.querySelector(".message-heading")?.setAttribute("aria-level", Math.min(level, LOWEST));
  }

  #anchor() {
    const focused = document.activeElement?.closest("form.editor, .message");
    if (focused && this.#thread.contains(focused) && isVisible(focused)) return focused;
    return this.#order[this.#firstBelow(0)] ?? this.#thread.querySelector("form.editor");
  }

  // The first message of which something is below a line of the screen; found by halves.
  #firstBelow(line) {
    return firstWhere(this.#order, (message) => message.getBoundingClientRect().bottom > line);
  }

  #placeOf(path) {
    return firstWhere(this.#order, (message) => message.dataset.path > path);
  }
}

function isThere(message) {
  return !message.dataset.path.endsWith(LAST);
}

// Of things that first do not and then do: the index of the first that does.
function firstWhere(things, does) {
  let [low, high] = [0, things.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (does(things[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

function focusIn(fresh, focused) {
  const { action } = focused.dataset;
  const same = action && fresh.querySelector(`[data-action="${action}"]`);
  const link = focused.getAttribute("href");
  (same ?? (link && fresh.querySelector(`a[href="${CSS.escape(link)}"]`)) ?? fresh).focus({ preventScroll: true });
}

