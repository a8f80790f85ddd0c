// <audience-line data-slug data-people data-address data-changed data-moved>: who sees what is written here, kept true while
// one writes: asked again when somebody joins or goes, and when one comes back to the field after a while. What was written
// before other people, where the thread stood before it was moved, is pointed out.

import { hasMoved } from "../drafts.js";

const COMINGS_AND_GOINGS = ["member-joined", "member-left", "member-removed"];
const STALE = 60_000;
const PAUSE = 400;

let changed = 0; // when somebody came or went

class AudienceLine extends HTMLElement {
  #asked = performance.timeOrigin; // a line that is copied later on says what was so then
  #timer;
  #off;

  connectedCallback() {
    this.#off = new AbortController();
    const { signal } = this.#off;
    for (const name of ["change", "applied"]) {
      document.addEventListener(`extranet:${name}`, ({ detail: item }) => this.#hear(item), { signal });
    }
    const form = this.closest("form");
    form?.addEventListener("focusin", () => this.#isOld && this.#ask(), { signal });
    form?.addEventListener("extranet:cleared", () => this.#say(""), { signal });
    if (form && hasMoved(form)) this.#say(this.dataset.moved);
  }

  disconnectedCallback() {
    this.#off.abort();
    clearTimeout(this.#timer);
  }

  get #isOld() {
    return Date.now() - this.#asked > STALE || changed > this.#asked;
  }

  #hear(item) {
    if (item.workspace !== this.dataset.slug || !COMINGS_AND_GOINGS.includes(item.kind)) return;
    changed = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    this.#asked = Date.now();
    const answer = await fetch(this.dataset.address, { headers: { Accept: "application/json" } }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!said) return;
    const { people, html } = said;
    const before = Number(this.dataset.people);
    if (people !== before) this.#tell(before, people);
    this.dataset.people = people;
    const who = this.querySelector("[data-part=who]");
    const isOpen = who.querySelector("details")?.open;
    const hadFocus = who.contains(document.activeElement);
    who.innerHTML = html;
    const fresh = who.querySelector("details");
    if (fresh && isOpen) fresh.open = true;
    if (fresh && hadFocus) fresh.querySelector("summary").focus({ preventScroll: true });
  }

  // Only who is writing has to hear that others read it now than when they began.
  #tell(before, now) {
    if (!this.closest("form")?.elements.body?.value.trim()) return;
    this.#say(this.dataset.changed.replace("{before}", before).replace("{now}", now));
  }

  #say(words) {
    this.querySelector("[data-part=changed]").textContent = words;
  }
}

customElements.define("audience-line", AudienceLine);
