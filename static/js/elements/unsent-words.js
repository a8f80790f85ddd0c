// <unsent-words data-only-of="THREAD">: what this browser keeps that its member has written and not sent, where neither
// an editor nor a message shows it: on the page of a thread what belongs to it and cannot be gone on with there; without
// a thread all of it, beside the server's drafts, each text once. It can be copied, and thrown away on all devices.
// Who is on another page while a message is refused is told where to find it.

import { drafts, filesKeyOf, followed, keep, keyOf } from "../drafts.js";
import { copy } from "../message/copying.js";
import { pageOf, placeAt, takeAway } from "../places.js";
import { discard, unsent } from "../thread/outbox.js";
import { tell } from "../toast.js";

const PAUSE = 200; // one types on

class UnsentWords extends HTMLElement {
  #shown = new Map(); // id -> what its row shows
  #timer = null;
  #off = new AbortController();

  connectedCallback() {
    const { signal } = this.#off;
    for (const name of ["kept", "applied"]) document.addEventListener(`extranet:${name}`, () => this.#soon(), { signal });
    addEventListener("storage", () => this.#soon(), { signal });
    this.addEventListener("click", (event) => this.#copy(event), { signal });
    this.addEventListener("submit", (event) => this.#discard(event), { signal });
    this.#soon();
  }

  disconnectedCallback() {
    this.#off.abort();
    clearTimeout(this.#timer);
  }

  get #list() {
    return this.querySelector("[data-part=list]");
  }

  #soon() {
    this.#timer ??= setTimeout(() => this.#show(), PAUSE);
  }

  #show() {
    this.#timer = null;
    const found = this.dataset.onlyOf ? this.#ofThread(this.dataset.onlyOf) : this.#all();
    const ids = new Set(found.map(({ id }) => id));
    for (const row of [...this.#list.children]) if (!ids.has(row.dataset.id)) this.#leave(row);
    this.#shown = new Map(found.map((one) => [one.id, one]));
    for (const one of found) this.#fill([...this.#list.children].find(({ dataset }) => dataset.id === one.id) ?? this.#stand(one), one);
    const section = this.querySelector("[data-part=unsent]");
    const isNew = section.hidden && found.length > 0;
    section.hidden = !found.length;
    if (isNew && location.hash === "#unsent") section.scrollIntoView();
  }

  #stand({ id }) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.id = id;
    return this.#list.appendChild(row);
  }

  #fill(row, { kind, words, link, where = "", why = "" }) {
    const said = { kind: this.dataset[kind] ?? this.dataset.text, words, where, why };
    for (const [name, text] of Object.entries(said)) {
      const part = row.querySelector(`[data-part=${name}]`);
      if (part.textContent !== text) part.textContent = text;
    }
    const title = row.querySelector("[data-part=kind]");
    if (link) title.href = link;
    else title.removeAttribute("href");
  }

  // The focus goes on to the next one, else to what is left.
  #leave(row) {
    const isFocused = row.contains(document.activeElement);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (isFocused) (next?.querySelector("button") ?? document.getElementById("main")).focus();
  }

  #all() {
    const workspaces = JSON.parse(this.dataset.workspaces);
    const refused = unsent().filter((entry) => entry.refused).map(ofEntry);
    for (const row of this.querySelectorAll("li[data-place]")) {
      row.hidden = refused.some(({ place, version }) => nameOf(place) === row.dataset.place && version === row.dataset.version);
    }
    const texts = drafts().map(ofDraft).filter((one) => one.words.trim() && !this.#isListed(one));
    return [...refused, ...texts].map((one) => {
      const [name, isActive] = workspaces[one.path.split("/")[2]] ?? [];
      const isThere = name && !one.isMissing && !this.#isGone(one) && (isActive || ["thread", "answer"].includes(one.kind));
      return { ...one, where: name, link: isThere && pageOf(one.path, one.answers) };
    });
  }

  // Whether the server's list leads to this text, or shows it; what ended on another device goes here too.
  #isListed({ key, place, words }) {
    if (!place) return false;
    const row = this.querySelector(place.name === "new" ? `li[data-place="${CSS.escape(nameOf(place))}"]` : `li[data-place$="/${CSS.escape(place.name)}"]`);
    const shown = row?.querySelector("[data-part=words]");
    if (row) return !shown || shown.textContent === words;
    const known = followed(place.slug, place.name);
    const isEnded = known?.version < JSON.parse(this.dataset.ended)[nameOf(place)] && wordsOf(known.words) === words;
    if (isEnded) keep(key, null);
    return isEnded;
  }

  // What the server has kept and keeps no more belongs to something that is no longer there for this member.
  #isGone({ key, place }) {
    return key && place && followed(place.slug, place.name)?.words && !(nameOf(place) in JSON.parse(this.dataset.ended));
  }

  #ofThread(thread) {
    const talk = document.querySelector("live-thread");
    const path = talk.querySelector("#editor")?.getAttribute("action");
    const isClosed = !path || talk.dataset.isLocked === "yes";
    const entries = talk.querySelector("template[data-part=pending]") ? [] : unsent(thread).map(ofEntry);
    const texts = drafts().map(ofDraft).filter((one) => one.words.trim() && isOf(thread, one));
    const unreached = texts.filter((one) => isClosed || !hasEditor(one, path, texts));
    return [...entries, ...unreached.map((one) => ({ ...one, link: !isClosed && one.path === path && pageOf(path, one.answers) }))];
  }

  #copy({ target }) {
    const row = target.closest("[data-action=copy]")?.closest("li");
    if (row) copy(Promise.resolve(row.querySelector("[data-part=words]").textContent), this.dataset.copied, this.dataset.notCopied);
  }

  // The form is asked about first, like every one that says `data-confirm`.
  #discard(event) {
    const one = this.#shown.get(event.target.closest("li")?.dataset.id);
    if (!one || !("confirmed" in event.target.dataset)) return;
    event.preventDefault();
    one.discard();
    this.#show();
  }
}

// What was refused while another page is open is told there, once somebody looks at it.
document.addEventListener("extranet:outgoing", ({ detail: { entry, state } }) => {
  const isShown = document.querySelector(`live-thread[data-thread="${CSS.escape(entry.thread)}"]`);
  if (state !== "refused") isNoNews(entry);
  if (state !== "refused" || isShown) return;
  if (document.hidden) document.addEventListener("visibilitychange", () => tellOf(entry), { once: true });
  else tellOf(entry);
});

function tellOf({ id, thread }) {
  const toasts = document.getElementById("toasts");
  const { notSent, toNotSent, news } = toasts.dataset;
  if (!toasts.querySelector("a") && unsent(thread).some((entry) => entry.id === id)) tell(notSent, { href: news, textContent: toNotSent });
}

// With nothing refused any more the word about it goes.
function isNoNews({ id }) {
  if (unsent().some((entry) => entry.refused && entry.id !== id)) return;
  const toast = document.querySelector("#toasts a")?.closest(".toast");
  const isFocused = toast?.contains(document.activeElement);
  toast?.remove();
  if (isFocused) document.getElementById("main").focus();
}

function ofEntry(entry) {
  const { answers, body, draft } = Object.fromEntries(entry.fields);
  const path = new URL(entry.url, location.href).pathname;
  const { status, detail } = entry.refused ?? {};
  const one = { id: entry.id, path, answers, place: placeAt(path, answers), version: draft, words: body, why: detail };
  return { ...one, kind: answers ? "answer" : "thread", isMissing: status === 404, discard: () => discard(entry) };
}

function ofDraft({ key, path, answers, value }) {
  const place = placeAt(path, answers);
  const kind = place ? place.name.split("-")[0] : path.split("/").at(-1);
  return { id: key, key, path, answers, place, kind, words: wordsOf(value), discard: () => throwAway(key, place) };
}

// An editor that nobody sees may hold it too.
function throwAway(key, place) {
  const known = place && followed(place.slug, place.name);
  for (const form of document.querySelectorAll("form.editor")) if (keyOf(form) === key) empty(form);
  keep(key, null);
  keep(filesKeyOf(key), null);
  if (known) takeAway(place, known.version);
}

// All that belongs to it goes with the words.
function empty(form) {
  const { title, body } = form.elements;
  if (title) title.value = "";
  body.value = "";
  form.dispatchEvent(new CustomEvent("extranet:cleared", { bubbles: true }));
  body.dispatchEvent(new Event("input", { bubbles: true }));
}

function isOf(thread, { path }) {
  const [, , , things, id] = path.split("/");
  return things === "threads" ? id === thread : Boolean(document.getElementById(`m-${id}`));
}

// Whether one gets at a text by an editor of this page. One that was written where the thread stood before is here only if
// it has come along.
function hasEditor({ path, answers, words }, here, texts) {
  if (!path.endsWith("/messages")) return true;
  if (path !== here) return texts.some((one) => one.path === here && one.answers === answers && one.words === words);
  const isOfRetracted = document.getElementById(`m-${answers}`)?.matches(".is-retracted");
  return !isOfRetracted || Boolean(document.querySelector(`.message-reply[data-answers="${CSS.escape(answers)}"]`));
}

function wordsOf(value) {
  return typeof value === "object" && value ? [value.title, value.body].filter(Boolean).join("\n\n") : (value ?? "");
}

function nameOf(place) {
  return `${place.slug}/${place.name}`;
}

customElements.define("unsent-words", UnsentWords);
