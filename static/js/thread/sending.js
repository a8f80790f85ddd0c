// What one sends stands in its place at once, as being sent, then sent, or not sent with a way on. The outbox brings it
// to the server; here is what the person sees of it.

import { keep, keepInTab, keyOf, readInTab } from "../drafts.js";
import { namesIn } from "../files.js";
import { newId } from "../ids.js";
import { copy } from "../message/copying.js";
import { tell } from "../toast.js";
import { again, discard, drop, send, unsent } from "./outbox.js";
import { DEEPEST, paragraph, parse } from "./parts.js";
import { LAST } from "./placing.js";

const TWICE = 1_000; // a second press within this time is the first one's echo
const ACTIONS = ["again", "change", "copy"];
const TAKEN_BACK = "extranet:taken-back"; // what is to come back into an editor of the next page

export class Sending {
  #thread;
  #placing;
  #replying;
  #sentAt = 0;

  constructor(thread, placing, replying, { signal }) {
    this.#thread = thread;
    this.#placing = placing;
    this.#replying = replying;
    thread.addEventListener("submit", (event) => this.#submit(event));
    thread.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("extranet:outgoing", ({ detail }) => this.#hear(detail), { signal });
    document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && this.#isSignedInAgain(), { signal });
    this.#bringBack();
  }

  #submit(event) {
    const form = event.target;
    if (form.matches("[data-part=ways-out]")) this.#discard(event);
    if (!form.matches("form.editor")) return;
    event.preventDefault();
    const field = form.elements.body;
    form.querySelector("[data-mark=preview][aria-pressed=true]")?.click();
    if (!field.value.trim() && Date.now() - this.#sentAt < TWICE) return;
    if (!field.value.trim()) {
      field.reportValidity();
      return;
    }
    if (!field.validity.valid) {
      field.focus();
      form.querySelector("text-counter").sayAgain();
      return;
    }
    if (!form.dispatchEvent(new CustomEvent("extranet:sending", { bubbles: true, cancelable: true }))) return;
    this.#sentAt = Date.now();
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
    const entry = send({ url: form.action, thread: this.#thread.dataset.thread, fields });
    this.#clear(form);
    const { answers } = Object.fromEntries(fields);
    if (answers) this.#replying.putAway(answers, this.#placing.sent(entry.id));
  }

  #clear(form) {
    keep(keyOf(form), null);
    form.elements.body.value = "";
    form.elements.client_id.value = newId();
    form.querySelector("text-counter")?.count();
    form.querySelector(".error-summary, .field-error")?.remove();
    form.dispatchEvent(new CustomEvent("extranet:cleared", { bubbles: true }));
  }

  #bringBack() {
    for (const entry of unsent(this.#thread.dataset.thread)) {
      if (entry.refused) this.#hear({ entry, state: "refused", ...entry.refused });
      else this.#hear({ entry, state: "sending" });
    }
    this.#isSignedInAgain();
    setTimeout(() => this.#takeBackHere()); // the editors have what they keep by then
  }

  // Only on the page that was asked for: if that could not open, nothing comes back unasked later on.
  #takeBackHere() {
    const entry = this.#entryOf(readInTab(TAKEN_BACK));
    keepInTab(TAKEN_BACK, null);
    const answers = new URLSearchParams(location.search).get("answers");
    if (entry && answers === Object.fromEntries(entry.fields).answers) this.#takeBack(entry, { isHere: true });
  }

  // Whoever opens the page, or hears its news, has signed in again.
  #isSignedInAgain() {
    for (const entry of unsent(this.#thread.dataset.thread)) {
      if (entry.refused?.status === 401) this.#hear({ entry, state: "refused", ...entry.refused, reason: "hadEnded" });
    }
  }

  // Of what this tab or another one sends.
  #hear({ entry, state, message, html, ...why }) {
    if (entry.thread !== this.#thread.dataset.thread) return;
    const article = this.#placing.sent(entry.id);
    if (state === "sent") this.#arrived(article, message, html);
    else if (state === "dropped") article?.matches("[data-state]") && this.#placing.leave(article);
    else if (state === "sending" && article?.matches("[data-waits]")) return; // it waits until it is sent or refused
    else if (!article || article.matches("[data-state]")) this.#show(article ?? this.#stand(entry), state, { url: entry.url, ...why });
  }

  // A message that is being sent, at the end of the answers to what it answers.
  #stand({ id, fields }) {
    const { answers, body } = Object.fromEntries(fields);
    const parent = answers ? this.#placing.message(answers) : null;
    const article = this.#template().content.firstElementChild.cloneNode(true);
    article.id = `sending-${id}`;
    article.dataset.clientId = id;
    article.dataset.path = (parent?.dataset.path ?? "") + LAST;
    article.dataset.depth = parent ? Math.min(Number(parent.dataset.depth) + 1, DEEPEST) : 0;
    article.querySelector(".message-body").append(...body.split(/\n{2,}/).map(paragraph), ...filesOf(fields));
    this.#placing.insert(article);
    return article;
  }

  // What waits is said politely and once, what is refused at once.
  #show(article, state, { url, status, reason, detail }) {
    const { dataset } = this.#thread;
    const isRefused = state === "refused";
    const isFailed = state !== "sending";
    const byStatus = { 403: dataset.forbidden, 409: dataset.hasChanged };
    const { unreachable, busy, full, often, ended, hadEnded, large, missing, forbidden, hasMoved } = dataset;
    const own = { unreachable, busy, full, often, ended, hadEnded, large, missing, forbidden };
    const isMoved = isRefused && url !== this.#url;
    const sentence = isMoved ? hasMoved : (own[reason] ?? detail ?? byStatus[status] ?? dataset.trouble);
    const offer = { again: isMoved || ![404, 413].includes(status), change: isRefused, copy: isFailed, "sign-in": reason === "ended", discard: isRefused };
    const focused = article.contains(document.activeElement) ? document.activeElement : null;
    this.#placing.staying(() => {
      article.dataset.state = isFailed ? "failed" : "sending";
      article.toggleAttribute("data-waits", state === "waiting");
      part(article, "sending").hidden = isFailed;
      say(part(article, "waiting"), state === "waiting" ? sentence : "");
      say(part(article, "failed"), isRefused ? sentence : "");
      part(article, "ways-out").hidden = !isFailed;
      for (const [action, isOffered] of Object.entries(offer)) {
        article.querySelector(`[data-action="${action}"]`).hidden = !isOffered;
      }
    });
    if (focused?.closest("[hidden]")) article.focus({ preventScroll: true });
  }

  // What waits and is tried again at once says what comes of it; what is said then is news.
  #tryAgain(article, entry) {
    if (article.matches("[data-waits]")) {
      say(part(article, "waiting"), "");
      part(article, "sending").hidden = false;
    }
    again(entry, this.#url);
  }

  // It is asked about first, like every form that says `data-confirm`.
  #discard(event) {
    if (!("confirmed" in event.target.dataset)) return;
    event.preventDefault();
    discard(this.#entryOf(event.target.closest(".message").dataset.clientId), this.#url);
  }

  #arrived(article, message, html) {
    const there = this.#placing.message(message.id);
    if (!article || article === there) return;
    if (there) this.#placing.leave(article, there);
    else this.#placing.replace(article, parse(html));
  }

  #click(event) {
    const control = event.target.closest("[data-action]");
    const article = control?.closest(".message[data-state]");
    if (!article || !ACTIONS.includes(control.dataset.action)) return;
    event.preventDefault();
    const entry = this.#entryOf(article.dataset.clientId);
    if (!entry) return;
    const act = {
      again: () => this.#tryAgain(article, entry),
      change: () => this.#takeBack(entry),
      copy: () => this.#copy(entry),
    };
    act[control.dataset.action]();
  }

  // What was refused comes back into an editor, with all that belongs to it; to answer what is not on this page, on the
  // page where that is.
  #takeBack(entry, { isHere = false } = {}) {
    const { answers, body } = Object.fromEntries(entry.fields);
    const canAnswer = answers && this.#placing.message(answers);
    if (answers && !canAnswer && !isHere && !navigator.onLine) {
      tell(this.#thread.dataset.away); // the browser would show a page of its own
      return;
    }
    if (answers && !canAnswer && !isHere) {
      keepInTab(TAKEN_BACK, entry.id);
      location.assign(`${this.#thread.dataset.here}?answers=${encodeURIComponent(answers)}`);
      return;
    }
    const form = canAnswer ? this.#replying.open(answers) : this.#thread.querySelector("#editor");
    drop(entry);
    const field = form.elements.body;
    field.value = field.value ? `${body}\n\n${field.value}` : body;
    form.dispatchEvent(new CustomEvent("extranet:taken-back", { bubbles: true, detail: { fields: entry.fields } }));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  #copy(entry) {
    const { textCopied, notCopied } = document.querySelector("message-tools").dataset;
    copy(Promise.resolve(Object.fromEntries(entry.fields).body), textCopied, notCopied);
  }

  // Where messages of this thread are sent now.
  get #url() {
    return this.#thread.querySelector("#editor").action;
  }

  #entryOf(wanted) {
    return unsent(this.#thread.dataset.thread).find(({ id }) => id === wanted);
  }

  #template() {
    return this.#thread.querySelector("template[data-part=pending]");
  }
}

function part(article, name) {
  return article.querySelector(`[data-part=${name}]`);
}

// The same words are not said twice.
function say(line, words) {
  if (line.textContent !== words) line.textContent = words;
}

// The files that go along, by name.
function filesOf(fields) {
  const list = document.createElement("ul");
  for (const name of namesIn(fields)) list.appendChild(document.createElement("li")).textContent = name;
  return list.children.length ? [list] : [];
}
