// What is typed into an editor follows its writer to their other devices. This browser's own draft comes first, always;
// the server's is kept up after it: a moment after the last key, when the editor is left, and when the page goes. What
// another device has written comes into an editor in which nothing else stands. Where something does, it is offered beside
// it: neither ever takes the other's place. With the words goes the id with which they are sent: sent from two devices, the
// same words count once.

import { follow, followed, idOf, isApart, keep, keyAt, keyOf, read, setId } from "./drafts.js";
import { placeAt } from "./places.js";
import { post } from "./token.js";

const AFTER = 1_500; // after the last key
const AGAIN = 30_000; // after a refusal that may pass
const PATIENCE = 30_000; // for an answer
const LONGEST = 20_000; // characters that the server takes
const LONGEST_TITLE = 200;
const NOTHING = { title: "", body: "" };

const places = new Map(); // «slug/place» -> Place
const isFollowing = document.body.dataset.live === "yes";

// One editor's place: which version of its draft is known here, and with which words.
class Place {
  #timer;
  #saving = null;
  #sends = 0;
  #isStopped = false;
  #isOffering = false;

  constructor(slug, name, form) {
    Object.assign(this, { slug, name, form });
    this.url = `/api/v1/workspaces/${slug}/drafts/${name}`;
    const kept = isApart(form) ? null : followed(slug, name);
    this.version = kept?.version ?? 0;
    this.words = kept?.words ?? null; // null: nothing is known of
    this.isSent = kept?.isSent ?? false;
    this.#sayVersion();
  }

  // What the list of drafts, or a piece of news, says of this place; nothing if there is no draft. `known` is the version
  // from when it was asked for: where something has been saved since then, what says less is out of date.
  async hear(said, known = this.version) {
    if (this.#saving) await this.#saving;
    if ((said?.version ?? 0) < this.version && this.version !== known) return;
    if (!said || said.version < this.version) {
      this.#know(said?.version ?? 0, said ? this.words : null);
      this.soon();
    } else if (said.version === this.version) {
      if (!this.isSent && isBlank(this.form) && !same(this.words, NOTHING)) await this.#bring();
      else this.soon();
    } else if (said.is_empty) {
      this.#takeAway(said.version);
    } else {
      await this.#bring();
    }
  }

  soon(pause = AFTER) {
    if (this.#isStopped || this.#isOffering || !this.#hasMore()) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), pause);
  }

  async save({ isLast = false } = {}) {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#isOffering || this.#saving || !this.#hasMore()) return;
    this.#saving = this.#put(wordsIn(this.form), isLast);
    try {
      await this.#saving;
    } finally {
      this.#saving = null;
    }
    if (!isLast && this.#hasMore()) this.soon();
  }

  // A form that is sent says with which id.
  sayId() {
    const field = this.form.elements.client_id;
    if (field) field.value = idOf(keyOf(this.form), saidIn(this.form)) ?? field.value;
  }

  // What stood here is on its way as a message; the server takes the draft away together with it.
  async sent() {
    clearTimeout(this.#timer);
    this.isSent = true;
    this.#sends += 1;
    this.#remember();
    const before = this.version;
    await this.#saving;
    if (this.version > before) await call("DELETE", `${this.url}?version=${this.version}`).catch(() => null);
  }

  // A form that leaves the page takes with it which version it sends, with a save that is still on its way.
  leave() {
    clearTimeout(this.#timer);
    this.#isStopped = true;
    this.#sayVersion(this.version + (this.#saving ? 1 : 0));
  }

  async #put(words, isLast) {
    const sends = this.#sends;
    const content = { ...words, client_id: this.#idOf(words), version: this.version };
    const answer = await call("PUT", this.url, content, isLast).catch(() => null);
    const said = await answer?.json().catch(() => null);
    // What was sent while it was being saved is not brought back by the news that it is saved.
    if (answer?.ok && said) this.#know(said.version, words, this.#sends > sends);
    else if (said?.code === "draft-moved-on") await this.#meet(words);
    else if (answer?.status === 404) this.#isStopped = true;
    else if (![401, 413, 422].includes(answer?.status)) setTimeout(() => this.soon(0), AGAIN);
  }

  // Files are on no other device, so that what goes with them is something else; an edit has no id.
  #idOf({ title, body }) {
    if (!this.form.elements.client_id || filesIn(this.form).length || isEmpty({ title, body })) return null;
    return idOf(keyOf(this.form), [title, body]);
  }

  // Another device has gone on: if it has only sent what was there, what is typed here stands; else both are kept.
  async #meet(words) {
    const other = await this.#ask();
    if (!other) return;
    if (isEmpty(other)) this.#know(other.version, NOTHING);
    else if (same(other, words)) this.#agree(other);
    else this.#offer(other);
  }

  async #bring() {
    const other = await this.#ask();
    if (!other || isEmpty(other)) return;
    const here = wordsIn(this.form);
    if ("follows" in this.form.dataset || this.#isBehindAnotherTab(here, other)) return;
    if (same(here, other)) this.#agree(other);
    else if (isBlank(this.form) || (same(here, this.words) && !isApart(this.form))) this.#fill(other);
    else this.#offer(other);
  }

  // Another tab of this browser has written on: what it keeps is not to be put back to what it has saved before.
  #isBehindAnotherTab(here, other) {
    const kept = read(keyOf(this.form));
    const body = typeof kept === "string" ? kept : kept?.body;
    return Boolean(body) && ![here.body, other.body].includes(body);
  }

  #fill(other) {
    this.#agree(other);
    write(this.form, { title: other.title ?? "", body: other.body });
  }

  // Here and there the same is said, to be sent with the same id.
  #agree({ title, body, client_id: id, version }) {
    this.#know(version, { title: title ?? "", body });
    setId(keyOf(this.form), [title ?? "", body], id);
  }

  // It was sent or thrown away elsewhere: what only followed from there goes, what was typed here since then stays.
  #takeAway(version) {
    const isOnlyThat = !this.isSent && same(wordsIn(this.form), this.words);
    this.#know(version, NOTHING);
    if (isOnlyThat && !isBlank(this.form)) write(this.form, { title: "", body: this.form.elements.body.defaultValue });
    this.soon();
  }

  #offer(other) {
    const template = document.getElementById("other-draft");
    if (!template || this.#isOffering) return;
    this.#isOffering = true;
    const words = [other.title, other.body].filter(Boolean).join("\n\n");
    // What another tab says here may stand beside already, with what is done with it: nobody is asked twice.
    const beside = [...this.form.querySelectorAll(".other-draft")].find((one) => wordsOf(one).textContent === words);
    const notice = beside ?? template.content.firstElementChild.cloneNode(true);
    wordsOf(notice).textContent = words;
    notice.addEventListener("click", ({ target }) => {
      const choice = target.closest("[data-choice]")?.dataset.choice;
      if (!choice) return;
      notice.remove();
      this.#isOffering = false;
      this.#know(other.version, { title: other.title ?? "", body: other.body });
      if (choice === "add" && !beside) write(this.form, { body: [this.form.elements.body.value, other.body].filter(Boolean).join("\n\n") });
      this.form.elements.body.focus();
      this.soon(0);
    });
    if (!beside) this.form.querySelector(":scope > .buttons").before(notice);
  }

  async #ask() {
    return contentOf(call("GET", this.url));
  }

  #know(version, words, isSent = false) {
    Object.assign(this, { version, words, isSent });
    this.#remember();
    this.#sayVersion();
  }

  // The tabs share what is known of the draft, as they share the draft: one that has gone apart knows of its own for itself,
  // or it would save over what the others say, as if that had become of theirs.
  #remember() {
    const { version, words, isSent } = this;
    if (!isApart(this.form)) follow(this.slug, this.name, words || isSent ? { version, words, isSent } : null);
  }

  #hasMore() {
    const words = wordsIn(this.form);
    if (words.body.length > LONGEST || words.title.length > LONGEST_TITLE) return false;
    if (this.words && !this.isSent) return !same(words, this.words);
    return !isBlank(this.form);
  }

  #sayVersion(version = this.version) {
    let field = this.form.elements.draft;
    if (!field) {
      field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "draft" });
      this.form.append(field);
    }
    field.value = version;
  }
}

if (isFollowing) {
  document.addEventListener("focusin", ({ target }) => placeOf(target.form));
  document.addEventListener("input", ({ target }) => placeOf(target.form)?.soon());
  document.addEventListener("focusout", ({ target }) => placeOf(target.form)?.save());
  document.addEventListener("extranet:cleared", ({ target }) => wasCleared(placeOf(target)));
  document.addEventListener("extranet:draft", ({ detail }) => hear(detail));
  document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && all((place) => place.soon()));
  document.addEventListener("submit", ({ target }) => placeOf(target)?.sayId(), { capture: true });
  document.addEventListener("submit", (event) => {
    const place = placeOf(event.target);
    queueMicrotask(() => event.defaultPrevented || place?.leave());
  });
  document.addEventListener("visibilitychange", () => document.hidden && all((place) => place.save({ isLast: true })));
  addEventListener("pagehide", () => all((place) => place.save({ isLast: true })));
  addEventListener("pageshow", ({ persisted }) => persisted && begin());
  begin();
}

// Ask once which drafts there are where something can be written here.
async function begin() {
  for (const form of document.querySelectorAll("form.editor")) placeOf(form);
  const slugs = new Set([...places.values()].map(({ slug }) => slug));
  for (const slug of slugs) {
    const known = new Map([...places.values()].map((place) => [place, place.version]));
    const list = await contentOf(call("GET", `/api/v1/workspaces/${slug}/drafts`));
    if (!list) continue;
    const items = new Map(list.items.map((item) => [item.place, item]));
    const here = [...places.values()].filter((place) => place.slug === slug);
    await Promise.all(here.map((place) => place.hear(items.get(place.name), known.get(place) ?? 0)));
    for (const item of items.values()) await bringAnswer(slug, item);
  }
}

async function hear(news) {
  const place = places.get(`${news.workspace}/${news.place}`);
  if (!place) await bringAnswer(news.workspace, news);
  else if (news.version > place.version) await place.hear(news);
  if (news.is_empty) markUnfinished(news.workspace, news.place);
}

function wasCleared(place) {
  if (!place) return;
  place.sent();
  markUnfinished(place.slug, place.name);
}

// An answer that was begun elsewhere waits until its editor is opened, unless another tab writes one here; what was sent
// elsewhere waits no more.
async function bringAnswer(slug, item) {
  const { place, version, is_empty: isEmptyNow } = item;
  const isOpen = () => places.has(`${slug}/${place}`);
  const key = keyOfAnswer(place);
  if (!key || isOpen()) return;
  const known = followed(slug, place);
  const kept = read(key);
  const isNews = isEmptyNow ? version > (known?.version ?? 0) : version !== known?.version;
  if (isNews && (!kept || kept === known?.words?.body)) {
    const draft = isEmptyNow ? { version, body: "" } : await contentOf(call("GET", `/api/v1/workspaces/${slug}/drafts/${place}`));
    if (isOpen()) await places.get(`${slug}/${place}`).hear(item);
    if (!draft || read(key) !== kept || isOpen()) return;
    keep(key, draft.body);
    if (draft.body) setId(key, ["", draft.body], draft.client_id);
    follow(slug, place, { version: draft.version, words: { title: "", body: draft.body } });
  }
  markUnfinished(slug, place);
}

// A message says that its answer is unfinished for as long as one is.
function markUnfinished(slug, name) {
  const key = keyOfAnswer(name);
  if (!key) return;
  const place = places.get(`${slug}/${name}`);
  const isUnfinished = place ? !isBlank(place.form) : Boolean(read(key));
  const link = answeredIn(name).querySelector("[data-action=reply]");
  const template = document.getElementById("unfinished-answer");
  if (!isUnfinished) link?.querySelector(".tag")?.remove();
  else if (template && link && !link.querySelector(".tag")) link.append(" ", template.content.cloneNode(true));
}

// Where this browser keeps the answer to a message that stands here; nothing for other places.
function keyOfAnswer(place) {
  const main = document.querySelector("live-thread form.editor");
  return main && answeredIn(place) ? keyAt(main, place.slice("answer-".length)) : null;
}

function answeredIn(place) {
  return place.startsWith("answer-") ? document.getElementById(place.replace("answer-", "m-")) : null;
}

function placeOf(form) {
  if (!form?.matches?.("form.editor")) return null;
  const path = new URL(form.getAttribute("action") || location.href, location.href).pathname;
  const { slug, name } = placeAt(path, form.elements.answers?.value) ?? {};
  if (!slug) return null;
  const key = `${slug}/${name}`;
  if (!places.has(key)) places.set(key, new Place(slug, name, form));
  const place = places.get(key);
  place.form = form;
  return place;
}

function all(work) {
  for (const place of places.values()) work(place);
}

function wordsOf(notice) {
  return notice.querySelector("[data-part=words]");
}

// All that a message would say.
function saidIn(form) {
  const { title, body } = wordsIn(form);
  return [title, body, ...filesIn(form)];
}

function filesIn(form) {
  return [...form.querySelectorAll("[name=attachments]")].map(({ value }) => value);
}

function wordsIn({ elements }) {
  return { title: elements.title?.value ?? "", body: elements.body.value };
}

// Nothing of one's own stands here: nothing at all, or in the form of an edit what the message says already.
function isBlank({ elements, dataset }) {
  const body = elements.body.value;
  return !elements.title?.value && (!body || (Boolean(dataset.sentWhen) && body === elements.body.defaultValue));
}

function isEmpty({ title, body }) {
  return !title && !body;
}

function same(one, other) {
  return Boolean(one && other) && (one.title ?? "") === (other.title ?? "") && one.body === other.body;
}

function write({ elements }, { title, body }) {
  if (elements.title && title !== undefined) elements.title.value = title;
  elements.body.value = body;
  elements.body.dispatchEvent(new Event("input", { bubbles: true }));
}

function call(method, url, content, isLast = false) {
  const headers = content ? { "Content-Type": "application/json" } : {};
  const signal = isLast ? undefined : AbortSignal.timeout(PATIENCE);
  return post(url, content && JSON.stringify(content), { method, headers, keepalive: isLast, signal });
}

// What an answer says; null where none came, or came only in part.
async function contentOf(asked) {
  const answer = await asked.catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}
