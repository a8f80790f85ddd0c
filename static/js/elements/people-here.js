// <people-here data-slug data-here data-many hidden>: who else has this workspace open. The page says that it is open
// while somebody looks at it, and that it is no more; who does not let that be seen is shown to nobody.

import { ask, say } from "../socket.js";

const AGAIN = 25_000;
const LASTS = 60_000;
const NAMED = 3;
const BESIDE = 200;
const MOMENT = 3_000;

class PeopleHere extends HTMLElement {
  #here = new Map(); // member id -> { name, until }
  #timer;
  #off;
  #tabs;

  connectedCallback() {
    this.#off = new AbortController();
    // When one tab is left, another one in which this workspace stands says that somebody is still here.
    this.#tabs = new BroadcastChannel(`extranet:here:${this.dataset.slug}`);
    this.#tabs.addEventListener("message", () => setTimeout(() => this.#tell(), BESIDE));
    const { signal } = this.#off;
    document.addEventListener("extranet:here", ({ detail }) => this.#hear(detail), { signal });
    document.addEventListener("extranet:connection", ({ detail }) => detail.state === "online" && this.#tell(), { signal });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#leave() : this.#tell()), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
    this.#tell();
  }

  disconnectedCallback() {
    this.#off.abort();
    this.#tabs.close();
    clearTimeout(this.#timer);
  }

  #tell() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    ask("here", { slug: this.dataset.slug }, ({ here }) => {
      if (!here) return;
      this.#here = new Map(here.map(({ id, name }) => [id, { name, until: Date.now() + LASTS }]));
      this.#show();
    });
    this.#timer = setTimeout(() => this.#tell(), AGAIN);
  }

  #leave() {
    clearTimeout(this.#timer);
    say("away", { slug: this.dataset.slug });
    this.#tabs.postMessage("left");
  }

  #hear({ workspace, member, is_here }) {
    if (workspace !== this.dataset.slug || member.id === document.body.dataset.member) return;
    // Who only goes from page to page is away for a moment.
    this.#here.set(member.id, { name: member.name, until: Date.now() + (is_here ? LASTS : MOMENT) });
    if (!is_here) setTimeout(() => this.#show(), MOMENT + 100);
    this.#show();
  }

  #show() {
    for (const [id, { until }] of this.#here) if (until < Date.now()) this.#here.delete(id);
    const names = [...this.#here.values()].map(({ name }) => name);
    this.hidden = !names.length;
    const listed = new Intl.ListFormat(document.documentElement.lang, { style: "long", type: "conjunction" });
    const words = names.length > NAMED + 1
      ? this.dataset.many.replace("{names}", () => names.slice(0, NAMED).join(", ")).replace("{number}", names.length - NAMED)
      : this.dataset.here.replace("{names}", () => listed.format(names));
    this.textContent = names.length ? words : "";
  }
}

customElements.define("people-here", PeopleHere);
