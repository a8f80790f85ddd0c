// Names behind «@»: offered in a list while one types, chosen by the arrows and Enter, by Tab, by a press. Behind «@»
// alone a line says how to go on; nothing is asked before the first letter. The field keeps the focus: what is chosen is told by aria-activedescendant.

import { put } from "../text-field.js";

const TYPED = /(?:^|[^\p{L}\p{N}@_])@(\p{L}[\p{L}\p{M}'’.-]*(?: [\p{L}\p{M}'’.-]*){0,3})$/u;
const BEGUN = /(?:^|[^\p{L}\p{N}@_])@$/u;
const PAUSE = 120;

let made = 0;

export class Mentioning {
  #field;
  #url;
  #words;
  #list;
  #begin;
  #status;
  #people = [];
  #here = -1;
  #timer;
  #asked = null;
  #nobody = null; // what was typed when nobody was found: more letters find nobody either
  #dismissed = false;

  constructor(field, { url, one, many, nobody, begin, label }) {
    Object.assign(this, { id: `mentionable-${(made += 1)}` });
    this.#field = field;
    this.#url = url;
    this.#words = { one, many, nobody };
    this.#list = this.#make("ul", { role: "listbox", id: this.id, class: "mentionable", "aria-label": label });
    this.#list.hidden = true;
    this.#begin = this.#make("p", { class: "mentionable mentionable-begin", "aria-hidden": "true" });
    this.#begin.textContent = begin;
    this.#begin.hidden = true;
    this.#status = this.#make("p", { role: "status", class: "visually-hidden" });
    field.after(this.#list, this.#begin, this.#status);
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": this.id })) field.setAttribute(name, value);
    field.addEventListener("input", () => this.#look());
    field.addEventListener("click", () => this.#look());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.#close());
    field.form.addEventListener("extranet:cleared", () => this.#close());
    // The field would lose the focus before the press counts.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => this.#choose(target.closest("[role=option]")?.dataset.index));
  }

  get #typed() {
    return TYPED.exec(this.#before)?.[1] ?? null;
  }

  // What stands before the cursor, as far as a name can reach back.
  get #before() {
    const { value, selectionStart, selectionEnd } = this.#field;
    return selectionStart === selectionEnd ? value.slice(Math.max(0, selectionStart - 100), selectionStart) : "";
  }

  #look() {
    const typed = this.#typed;
    clearTimeout(this.#timer);
    if (typed === null) this.#dismissed = false;
    else if (this.#nobody !== null && typed.startsWith(this.#nobody)) return; // what is said stays true
    if (typed === null || this.#dismissed) {
      this.#close();
      if (BEGUN.test(this.#before)) this.#sayHow();
      return;
    }
    this.#timer = setTimeout(() => this.#ask(typed), PAUSE);
  }

  #sayHow() {
    this.#begin.hidden = false;
    this.#status.textContent = this.#begin.textContent;
  }

  async #ask(typed) {
    this.#asked?.abort();
    const { signal } = (this.#asked = new AbortController());
    try {
      const answer = await fetch(`${this.#url}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" }, signal });
      if (!answer.ok || this.#typed !== typed || document.activeElement !== this.#field) return;
      this.#show((await answer.json()).people, typed);
    } catch {
      // Without a connection nobody is offered, and what is typed stays; who is asked for by the next letter is offered.
      if (!signal.aborted) this.#close();
    }
  }

  #show(people, typed) {
    this.#people = people;
    this.#nobody = people.length ? null : typed;
    this.#list.replaceChildren(...people.map((person, index) => this.#option(person, index)));
    this.#list.hidden = !people.length;
    this.#begin.hidden = true;
    this.#status.textContent = this.#said(people.length);
    this.#go(people.length ? 0 : -1);
  }

  #said(number) {
    return number ? (number === 1 ? this.#words.one : this.#words.many.replace("{n}", number)) : this.#words.nobody;
  }

  #option({ name, organisation }, index) {
    const option = this.#make("li", { role: "option", id: `${this.id}-${index}`, "data-index": index, "aria-selected": "false" });
    const who = this.#make("span", { class: "mentionable-name", dir: "auto" });
    who.textContent = name;
    option.append(who);
    if (organisation) {
      const where = this.#make("span", { class: "mentionable-organisation", dir: "auto" });
      where.textContent = organisation;
      option.append(" ", where);
    }
    return option;
  }

  #go(index) {
    this.#here = index;
    for (const option of this.#list.children) option.setAttribute("aria-selected", Number(option.dataset.index) === index);
    const option = this.#list.children[index];
    if (option) this.#field.setAttribute("aria-activedescendant", option.id);
    else this.#field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (this.#list.hidden || event.isComposing) return;
    const last = this.#people.length - 1;
    const act = {
      ArrowDown: () => this.#go(this.#here === last ? 0 : this.#here + 1),
      ArrowUp: () => this.#go(this.#here <= 0 ? last : this.#here - 1),
      Enter: () => this.#choose(this.#here),
      Tab: () => this.#choose(this.#here),
      Escape: () => this.#dismiss(),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  #choose(index) {
    const person = this.#people[index];
    const typed = this.#typed;
    this.#close();
    if (!person || typed === null) return;
    const end = this.#field.selectionStart;
    this.#field.setSelectionRange(end - typed.length, end);
    this.#dismissed = true; // for this name; the next «@» begins anew
    put(this.#field, `${person.name} `);
  }

  #dismiss() {
    this.#dismissed = true;
    this.#close();
  }

  #close() {
    this.#asked?.abort();
    this.#nobody = null;
    clearTimeout(this.#timer);
    this.#list.hidden = true;
    this.#begin.hidden = true;
    this.#status.textContent = "";
    this.#go(-1);
  }

  #make(name, attributes) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }
}
