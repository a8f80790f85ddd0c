// Says in words how the connection is: set `state` to "offline", "reconnecting" or "online". The first "online" says nothing.

const GOOD_NEWS_STAYS = 4_000;

class ConnectionStatus extends HTMLElement {
  #state = "online";
  #timer;

  connectedCallback() {
    addEventListener("offline", this);
    addEventListener("online", this);
  }

  disconnectedCallback() {
    removeEventListener("offline", this);
    removeEventListener("online", this);
  }

  handleEvent(event) {
    this.state = event.type;
  }

  get state() {
    return this.#state;
  }

  set state(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.textContent = this.dataset[state];
    this.dataset.state = state;
    clearTimeout(this.#timer);
    if (state === "online") this.#timer = setTimeout(() => this.replaceChildren(), GOOD_NEWS_STAYS);
  }
}

customElements.define("connection-status", ConnectionStatus);
