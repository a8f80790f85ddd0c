// <live-thread>: a thread that completes itself. A message takes its place in the tree without moving what the person
// reads or writes; what one sends stands there at once, as being sent, sent, or not sent with a way on.

import { keep, keyOf, read } from "../drafts.js";
import { newId } from "../ids.js";
import { say } from "../socket.js";
import { Stream } from "../stream.js";
import { tell } from "../toast.js";
import { isSignedIn, renewToken, token } from "../token.js";
import { showUnread } from "../unread.js";

const LAST = "~"; // comes after every step of a path
const TYPING_EVERY = 3_000;
const TYPING_LASTS = 6_000;
const READ_AFTER = 1_000;
const NEW_FOR = 12_000;

const me = document.body.dataset.member;

class LiveThread extends HTMLElement {
  #list;
  #stream;
  #unseen = new Map(); // id of a new message -> its seq, until it has been seen
  #elsewhere = new Map(); // the same for those that stand on another page of the thread
  #replies = new Map(); // id of an answered message -> its editor
  #typing = new Map();
  #seen = 0;
  #marked = 0;
  #readTimer;
  #saidTyping = 0;
  #sending = Promise.resolve();
  #watcher;
  #off = new AbortController();

  connectedCallback() {
    const { signal } = this.#off;
    this.#list = this.querySelector(".thread");
    this.#watcher = new IntersectionObserver((entries) => this.#look(entries), { threshold: 0.2 });
    document.documentElement.classList.add("is-live");
    for (const message of this.#messages()) this.#equip(message);
    for (const editor of this.querySelectorAll(".message-reply[data-answers]")) this.#replies.set(editor.dataset.answers, editor);
    this.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => this.#escape(event));
    this.addEventListener("input", () => this.#sayTyping());
    document.addEventListener("visibilitychange", () => this.#markSoon(), { signal });
    document.addEventListener("extranet:typing", ({ detail }) => this.#hearTyping(detail), { signal });
    document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && this.#sendWhatWaits(), { signal });
    addEventListener("online", () => this.#sendWhatWaits(), { signal });
    this.#bringBackUnsent();
    this.#stream = new Stream({
      slug: this.dataset.slug,
      seq: Number(this.dataset.seq),
      url: this.dataset.changes,
      apply: (item) => this.#apply(item),
      gone: () => this.#end(this.dataset.gone),
    });
    this.#stream.start();
  }

  disconnectedCallback() {
    this.#stream.stop();
    this.#off.abort();
    this.#watcher.disconnect();
  }

  // What happened

  #apply(item) {
    if (item.kind === "workspace-archived") this.#end(this.dataset.archived);
    if (item.thread !== this.dataset.thread || !item.html) return;
    const { message } = item;
    const there = this.#message(message.id) ?? this.#pending(message.client_id);
    if (there) {
      this.#replace(there, parse(item.html));
      return;
    }
    if (!["message-posted", "thread-opened"].includes(item.kind)) return;
    this.#typing.delete(message.author?.id);
    this.#showTyping();
    const isMine = message.author?.id === me;
    if (this.#isOnPage(message.path)) {
      const article = this.#insert(parse(item.html));
      if (!isMine) this.#isNew(article, message.seq);
    } else if (!isMine && !message.retracted_at) {
      this.#elsewhere.set(message.id, message.seq);
    }
    this.#showNews();
  }

  #isOnPage(path) {
    const paths = this.#messages().map((message) => message.dataset.path);
    if (!paths.length) return true;
    const comesBefore = this.dataset.begins === "no" && path < paths[0];
    const comesAfter = this.dataset.ends === "no" && path > paths.filter((own) => !own.endsWith(LAST)).at(-1);
    return !comesBefore && !comesAfter;
  }

  #insert(article) {
    const { path } = article.dataset;
    const following = this.#messages().find((message) => message.dataset.path > path);
    this.#staying(() => {
      if (following) {
        const line = following.previousElementSibling;
        (line?.classList.contains("new-line") ? line : following).before(article);
      } else {
        this.#list.append(article);
      }
      this.#equip(article);
    });
    return article;
  }

  #replace(old, fresh) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const isMoving = fresh.dataset.path !== old.dataset.path && old.dataset.path !== undefined;
    this.#quietly(() => this.#staying(() => {
      this.#watcher.unobserve(old);
      if (old.classList.contains("is-new")) fresh.classList.add("is-new");
      if (isMoving && this.#isOnPage(fresh.dataset.path)) {
        old.remove();
        this.#insert(fresh);
      } else {
        old.replaceWith(fresh);
        this.#equip(fresh);
      }
      if (this.#unseen.has(idOf(fresh))) this.#watcher.observe(fresh);
    }));
    if (focused) this.#focusIn(fresh, focused);
  }

  #focusIn(fresh, focused) {
    const { action } = focused.dataset;
    const same = action && fresh.querySelector(`[data-action="${action}"]`);
    const link = focused.getAttribute("href");
    (same ?? (link && fresh.querySelector(`a[href="${CSS.escape(link)}"]`)) ?? fresh).focus({ preventScroll: true });
  }

  #equip(article) {
    const roles = { author: article.dataset.author === me, host: this.dataset.isHost === "yes" };
    for (const link of article.querySelectorAll("[data-for]")) {
      link.hidden = this.dataset.isActive !== "yes" || !link.dataset.for.split(" ").some((role) => roles[role]);
    }
  }

  // Do something to the page while what the person looks at or writes in stays where it is on the screen.
  #staying(work) {
    const anchor = this.#anchor();
    const before = anchor?.getBoundingClientRect().top;
    work();
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  }

  #anchor() {
    const focused = document.activeElement?.closest("form.editor, .message");
    if (focused && this.contains(focused) && isVisible(focused)) return focused;
    return this.#messages().find((message) => message.getBoundingClientRect().bottom > 0) ?? this.querySelector("form.editor");
  }

  // What takes the place of something is no news to those who hear the page.
  #quietly(work) {
    this.#list.setAttribute("aria-live", "off");
    work();
    setTimeout(() => this.#list.setAttribute("aria-live", "polite"), 300);
  }

  #end(sentence) {
    if (this.dataset.isActive === "ended") return;
    this.dataset.isActive = "ended";
    const notice = document.createElement("div");
    notice.className = "notice notice-warning";
    notice.setAttribute("role", "alert");
    notice.append(paragraph(sentence));
    this.#staying(() => this.#list.after(notice));
    for (const link of this.querySelectorAll("[data-for]")) link.hidden = true;
  }

  // What is new, and what has been read

  #isNew(article, seq) {
    article.classList.add("is-new");
    this.#unseen.set(idOf(article), seq);
    this.#watcher.observe(article);
  }

  #look(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || document.hidden) continue;
      this.#watcher.unobserve(target);
      this.#seen = Math.max(this.#seen, this.#unseen.get(idOf(target)) ?? 0);
      this.#unseen.delete(idOf(target));
      setTimeout(() => target.classList.remove("is-new"), NEW_FOR);
    }
    this.#showNews();
    this.#markSoon();
  }

  #showNews() {
    const pill = this.querySelector("[data-part=news]");
    const number = this.#unseen.size + this.#elsewhere.size;
    pill.hidden = !number;
    if (!number) return;
    const [here] = this.#unseen.keys();
    const [there] = this.#elsewhere.keys();
    pill.href = here ? `#m-${here}` : `${this.dataset.here}?at=${there}#m-${there}`;
    const words = number === 1 ? this.dataset.oneNew : this.dataset.manyNew;
    pill.querySelector("[data-part=news-text]").textContent = words.replace("{n}", number);
  }

  #markSoon() {
    if (document.hidden) return;
    for (const id of this.#unseen.keys()) {
      // One that came while the page was hidden is looked at again.
      const article = this.#message(id);
      this.#watcher.unobserve(article);
      this.#watcher.observe(article);
    }
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => this.#markRead(), READ_AFTER);
  }

  // A mark is one number, so it goes no further than to the first message that has not been seen.
  async #markRead() {
    const first = Math.min(...this.#unseen.values(), ...this.#elsewhere.values());
    const seq = Math.min(this.#seen, first - 1);
    if (seq <= this.#marked || document.hidden) return;
    const answer = await this.#post(this.dataset.read, { seq }).catch(() => null);
    if (!answer?.ok) return;
    this.#marked = seq;
    showUnread((await answer.json()).workspaces);
  }

  // Sending

  #submit(event) {
    const form = event.target;
    if (!form.matches("form.editor")) return;
    event.preventDefault();
    const field = form.elements.body;
    form.querySelector("[data-mark=preview][aria-pressed=true]")?.click();
    if (!field.value.trim() || !field.validity.valid) {
      field.reportValidity();
      return;
    }
    const sent = { client_id: form.elements.client_id.value, answers: form.elements.answers.value, body: field.value };
    const article = this.#stand(sent);
    this.#remember([...this.#remembered(), sent]);
    keep(keyOf(form), null);
    field.value = "";
    form.querySelector("text-counter").count();
    form.elements.client_id.value = newId();
    form.querySelector(".error-summary, .field-error")?.remove();
    if (sent.answers) this.#putAway(sent.answers, article);
    this.#send(article, sent);
  }

  // A message that is being sent, at the end of the answers to what it answers.
  #stand({ client_id, answers, body }) {
    const parent = answers ? this.#message(answers) : null;
    const article = this.querySelector("template[data-part=pending]").content.firstElementChild.cloneNode(true);
    article.id = `sending-${client_id}`;
    article.dataset.clientId = client_id;
    article.dataset.path = (parent?.dataset.path ?? "") + LAST;
    article.dataset.depth = parent ? Math.min(Number(parent.dataset.depth) + 1, 8) : 0;
    article.querySelector(".message-body").append(...body.split(/\n{2,}/).map(paragraph));
    article.querySelector("[data-part=ways-out]").hidden = true;
    this.#quietly(() => this.#insert(article));
    return article;
  }

  #send(article, sent) {
    this.#sending = this.#sending.then(() => this.#deliver(article, sent));
    return this.#sending;
  }

  async #deliver(article, sent) {
    if (!article.isConnected) return;
    this.#state(article, "sending");
    try {
      const { answer, said } = await this.#ask(sent);
      if (answer.ok) this.#arrived(article, sent, said);
      else if (answer.status === 401 || (said.code === "stale-form" && (await isSignedIn()) === false)) this.#refused(article, this.dataset.ended, 401);
      else this.#refused(article, said.errors ? Object.values(said.errors).flat()[0] : said.detail, answer.status);
    } catch (error) {
      const isAway = error instanceof TypeError;
      this.#refused(article, isAway ? this.dataset.unreachable : this.dataset.trouble, 0);
      article.toggleAttribute("data-waits", isAway);
    }
  }

  // A sign-in that began in another tab has another token: with that it is tried once more.
  async #ask(sent) {
    const url = this.querySelector("form.editor").action;
    const answer = await this.#post(url, sent);
    const said = await answer.json();
    if (said.code !== "stale-form" || !(await isSignedIn()) || !(await renewToken())) return { answer, said };
    const second = await this.#post(url, sent);
    return { answer: second, said: await second.json() };
  }

  #arrived(article, sent, { message, html }) {
    this.#remember(this.#remembered().filter(({ client_id }) => client_id !== sent.client_id));
    const fresh = parse(html);
    if (this.#message(message.id)) {
      article.remove();
      return;
    }
    if (article.isConnected) this.#replace(article, fresh);
    if (!this.#isOnPage(message.path)) this.#sayElsewhere(fresh, message.id);
  }

  #sayElsewhere(article, id) {
    const link = document.createElement("a");
    link.href = `${this.dataset.here}?at=${id}#m-${id}`;
    link.textContent = this.dataset.elsewhere;
    const line = document.createElement("p");
    line.className = "message-state";
    line.append(link);
    article.dataset.path = LAST;
    article.append(line);
  }

  #refused(article, sentence, status) {
    this.#state(article, "failed", sentence);
    const isDefinite = status >= 400 && status < 500;
    const { clientId } = article.dataset;
    // What was refused is not sent by itself again, on no later page either.
    this.#remember(this.#remembered().map((sent) => (sent.client_id === clientId ? { ...sent, refused: isDefinite ? { sentence, status } : undefined } : sent)));
    const offer = { again: status !== 404, change: isDefinite, "sign-in": status === 401, discard: isDefinite };
    for (const [action, isOffered] of Object.entries(offer)) {
      article.querySelector(`[data-action="${action}"]`).hidden = !isOffered;
    }
  }

  #state(article, state, sentence = "") {
    article.dataset.state = state;
    article.removeAttribute("data-waits");
    article.querySelector("[data-part=sending]").hidden = state !== "sending";
    article.querySelector("[data-part=failed]").textContent = sentence;
    article.querySelector("[data-part=ways-out]").hidden = state !== "failed";
  }

  #sendWhatWaits() {
    for (const article of this.querySelectorAll(".message[data-waits]")) this.#sendAgain(article);
  }

  #sendAgain(article) {
    const { refused, ...sent } = this.#remembered().find(({ client_id }) => client_id === article.dataset.clientId) ?? {};
    if (sent.client_id) this.#send(article, sent);
  }

  // Takes what was refused back into an editor, or away.
  #takeBack(article, { keepsText }) {
    const { clientId } = article.dataset;
    const sent = this.#remembered().find(({ client_id }) => client_id === clientId);
    this.#remember(this.#remembered().filter(({ client_id }) => client_id !== clientId));
    article.remove();
    if (!keepsText || !sent) return;
    const form = sent.answers ? this.#openReply(sent.answers) : this.querySelector("#editor");
    const field = form.elements.body;
    field.value = field.value ? `${sent.body}\n\n${field.value}` : sent.body;
    form.querySelector("text-counter").count();
    keep(keyOf(form), field.value);
    field.focus();
  }

  // Messages that are on their way stay known to the browser until the server has them.
  #remembered() {
    return read(this.#unsentKey) ?? [];
  }

  #remember(unsent) {
    keep(this.#unsentKey, unsent);
  }

  get #unsentKey() {
    return `extranet:draft:${me}:unsent:${this.dataset.thread}`;
  }

  #bringBackUnsent() {
    const unsent = this.#remembered().filter(({ client_id }) => !this.#pending(client_id));
    this.#remember(unsent);
    if (!this.querySelector("template[data-part=pending]")) return;
    for (const { refused, ...sent } of unsent) {
      const article = this.#stand(sent);
      // Whoever reads this has signed in again.
      if (refused?.status === 401) this.#refused(article, this.dataset.hadEnded, 400);
      else if (refused) this.#refused(article, refused.sentence, refused.status);
      else this.#send(article, sent);
    }
  }

  async #post(url, fields) {
    const content = new FormData();
    for (const [name, value] of Object.entries(fields)) content.set(name, value);
    return fetch(url, { method: "POST", body: content, headers: { Accept: "application/json", "X-CSRFToken": token() } });
  }

  // Answering

  #click(event) {
    const control = event.target.closest("[data-action]");
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const article = control.closest(".message");
    const act = {
      reply: () => this.#reply(idOf(article)),
      cancel: () => this.#putAway(control.closest(".message-reply")?.dataset.answers),
      again: () => this.#sendAgain(article),
      change: () => this.#takeBack(article, { keepsText: true }),
      discard: () => this.#takeBack(article, { keepsText: false }),
    }[control.dataset.action];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #reply(id) {
    for (const [other, editor] of this.#replies) {
      if (other !== id && editor.isConnected && !editor.querySelector("textarea").value) this.#staying(() => editor.remove());
    }
    this.#openReply(id).elements.body.focus();
  }

  #openReply(id) {
    const editor = this.#replies.get(id) ?? this.#makeReply(id);
    this.#replies.set(id, editor);
    if (!editor.isConnected) this.#message(id).after(editor);
    return editor.querySelector("form");
  }

  #makeReply(id) {
    const editor = this.querySelector("template[data-part=reply]").content.firstElementChild.cloneNode(true);
    const answered = this.#message(id);
    editor.dataset.answers = id;
    editor.dataset.depth = Math.min(Number(answered.dataset.depth) + 1, 8);
    for (const part of editor.querySelectorAll("[id^=reply-editor]")) part.id += `-${id}`;
    for (const name of ["for", "aria-controls", "aria-describedby"]) {
      for (const part of editor.querySelectorAll(`[${name}]`)) part.setAttribute(name, `${part.getAttribute(name)}-${id}`);
    }
    const who = answered.querySelector(".message-name").textContent.trim();
    editor.querySelector("label").textContent = this.dataset.replyTo.replace("{name}", () => who);
    const { client_id, answers } = editor.querySelector("form").elements;
    client_id.value = newId();
    answers.value = id;
    return editor;
  }

  // The editor goes, what was typed stays with it.
  #putAway(id, focus = null) {
    const editor = this.#replies.get(id);
    if (!editor) return;
    const hadFocus = editor.contains(document.activeElement);
    this.#staying(() => editor.remove());
    if (hadFocus) (focus ?? this.#message(id)?.querySelector("[data-action=reply]") ?? this.#list).focus({ preventScroll: true });
  }

  #escape(event) {
    const editor = event.key === "Escape" && event.target.closest(".message-reply");
    if (editor) this.#putAway(editor.dataset.answers);
  }

  // Who is writing

  #sayTyping() {
    if (Date.now() - this.#saidTyping < TYPING_EVERY) return;
    this.#saidTyping = Date.now();
    say("typing", { slug: this.dataset.slug, thread_id: this.dataset.thread });
  }

  #hearTyping({ workspace, thread, member }) {
    if (workspace !== this.dataset.slug || thread !== this.dataset.thread || member.id === me) return;
    clearTimeout(this.#typing.get(member.id)?.timer);
    const timer = setTimeout(() => {
      this.#typing.delete(member.id);
      this.#showTyping();
    }, TYPING_LASTS);
    this.#typing.set(member.id, { name: member.name, timer });
    this.#showTyping();
  }

  #showTyping() {
    const [first] = this.#typing.values();
    const words = this.#typing.size > 1 ? this.dataset.manyTyping : this.dataset.typing;
    this.querySelector("[data-part=typing]").textContent = first ? words.replace("{name}", () => first.name) : "";
  }

  // The parts of the page

  #messages() {
    return [...this.#list.querySelectorAll(":scope > .message")];
  }

  #message(id) {
    return this.#list.querySelector(`#m-${CSS.escape(id)}`);
  }

  #pending(clientId) {
    return clientId ? this.#list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`) : null;
  }
}

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("article");
}

function idOf(article) {
  return article.id.slice("m-".length);
}

function isVisible(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function paragraph(text) {
  const element = document.createElement("p");
  text.split("\n").forEach((line, index) => element.append(...(index ? [document.createElement("br"), line] : [line])));
  return element;
}

customElements.define("live-thread", LiveThread);
