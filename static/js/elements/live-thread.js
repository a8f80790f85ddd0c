// <live-thread>: a thread that completes itself. It puts together the parts of the page of a thread, each a module of
// ../thread/, and hands each change of the workspace on to them. When one can write here no more it says so, and when one
// can again, it goes on; what it has no parts for comes with the page anew, and that is left to the person.

import { Stream } from "../stream.js";
import { me, paragraph, parse } from "../thread/parts.js";
import { Keyboard } from "../thread/keyboard.js";
import { Placing } from "../thread/placing.js";
import { Reading } from "../thread/reading.js";
import { Replying } from "../thread/replying.js";
import { Scrolling } from "../thread/scrolling.js";
import { Sending } from "../thread/sending.js";
import { Speaking } from "../thread/speaking.js";
import { Typing } from "../thread/typing.js";
import { tell } from "../toast.js";

const BRINGS_ONE = new Set(["message-posted", "thread-opened"]);

class LiveThread extends HTMLElement {
  #placing;
  #reading;
  #speaking;
  #typing;
  #stream;
  #notice; // what says so
  #isOver = false; // it is not to be seen here any more
  #off = new AbortController();

  get list() {
    return this.querySelector(".thread");
  }

  connectedCallback() {
    const { signal } = this.#off;
    this.#placing = new Placing(this);
    this.#reading = new Reading(this, this.#placing, { signal });
    this.#typing = new Typing(this, { signal });
    const replying = new Replying(this, this.#placing);
    if (this.querySelector("template[data-part=pending]")) new Sending(this, this.#placing, replying, { signal });
    const scrolling = new Scrolling(this, this.#placing, this.#reading, { signal });
    new Keyboard(this, this.#placing, { scrolling, reading: this.#reading, replying });
    this.#speaking = new Speaking(this);
    this.#stream = new Stream({
      slug: this.dataset.slug,
      seq: Number(this.dataset.seq),
      url: this.dataset.changes,
      apply: (item) => this.#apply(item),
      around: (work) => this.#placing.together(work),
      gone: () => this.#close(),
    });
    this.#stream.start();
  }

  disconnectedCallback() {
    this.#stream.stop();
    this.#off.abort();
  }

  #apply(item) {
    if (item.kind === "workspace-archived") this.#archive();
    if (item.kind === "workspace-reopened") this.#reopen();
    if (item.thread !== this.dataset.thread) return;
    if (item.kind === "thread-moved-away") this.#end(this.dataset.moved);
    if (!item.html) return;
    const { message } = item;
    const there = this.#placing.message(message.id) ?? this.#placing.sent(message.client_id);
    if (there) this.#placing.replace(there, parse(item.html));
    else if (BRINGS_ONE.has(item.kind)) this.#take(message, item.html);
    else if (item.kind === "message-retracted") this.#reading.isRetractedElsewhere(message);
  }

  #take(message, html) {
    this.#typing.hasSent(message.author?.id);
    const isMine = message.author?.id === me;
    if (this.#placing.isOnPage(message.path)) {
      const article = this.#placing.insert(parse(html));
      if (!isMine && !message.retracted_at) {
        this.#reading.isNew(article);
        this.#speaking.say(article);
      }
    } else if (!isMine && !message.retracted_at) {
      this.#reading.isNewElsewhere(message);
    }
    this.#reading.showNews();
  }

  // Whoever sees the workspace no more has no readers here: what was typed stays, to be copied.
  #close() {
    this.#end(this.dataset.gone);
    document.addEventListener("extranet:head", ({ detail }) => this.#lookForReturn(detail), { signal: this.#off.signal });
    this.addEventListener("submit", (event) => {
      if (event.target.matches("[data-part=ways-out]")) return; // to throw away what is one's own
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true });
    for (const part of [this, ...[...this.querySelectorAll("template")].map(({ content }) => content)]) {
      for (const line of part.querySelectorAll("audience-line, .editor .hint")) line.hidden = true;
      for (const button of part.querySelectorAll(".editor [type=submit]")) button.disabled = true;
    }
  }

  // What one may see now is the server's to say: from its beginning, or only what comes from here on.
  #lookForReturn(heads) {
    const { slug, back, gone } = this.dataset;
    const isBack = slug in heads;
    if (isBack === this.hasAttribute("data-is-back")) return;
    this.toggleAttribute("data-is-back", isBack);
    if (isBack) this.#offer(back);
    else this.#alert(gone);
  }

  #end(sentence) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.dataset.isActive = "ended";
    this.#alert(sentence);
  }

  #archive() {
    if (this.#isOver) return;
    this.dataset.isActive = "ended";
    this.#alert(this.dataset.archived);
  }

  // A page that came while it was archived has no editor.
  #reopen() {
    if (this.#isOver) return;
    if (!this.querySelector("template[data-part=pending]")) {
      this.#offer(this.dataset.reopened);
      return;
    }
    this.dataset.isActive = "yes";
    for (const reactions of this.querySelectorAll("message-reactions")) reactions.fit();
    this.#placing.staying(() => this.#notice?.remove());
    tell(this.dataset.reopened);
  }

  #alert(sentence) {
    this.#say(paragraph(sentence), "alert");
  }

  #offer(sentence) {
    const link = Object.assign(document.createElement("a"), { href: this.dataset.here, textContent: this.dataset.load });
    const words = paragraph(`${sentence} `);
    words.append(link);
    this.#say(words, "note");
    this.#speaking.announce(words.textContent);
  }

  #say(words, role) {
    const notice = document.createElement("div");
    notice.className = "notice notice-warning";
    notice.setAttribute("role", role);
    notice.append(words);
    if (this.#notice?.contains(document.activeElement)) this.list.focus({ preventScroll: true });
    this.#placing.staying(() => {
      this.#notice?.remove();
      this.list.after(notice);
    });
    this.#notice = notice;
  }
}

customElements.define("live-thread", LiveThread);
