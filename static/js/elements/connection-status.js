// One calm bar that says in words what is wrong, and that it is over: set `state` to "reconnecting", "signedOut" or "online";
// whether there is a network the browser says itself, "busy" and "full" come as `extranet:service` from who sends. The first
// "online" says nothing.

const GOOD_NEWS_STAYS = 4_000;
const OF_SERVICE = ["busy", "full"];

class ConnectionStatus extends HTMLElement {
  #isOffline = false;
  #connection = "online";
  #service = "fine";
  #trouble = null; // what is said to be wrong
  #timer;

  connectedCallback() {
    addEventListener("offline", this);
    addEventListener("online", this);
    document.addEventListener("extranet:service", this);
  }

  disconnectedCallback() {
    removeEventListener("offline", this);
    removeEventListener("online", this);
    document.removeEventListener("extranet:service", this);
  }

  handleEvent({ type, detail }) {
    if (type === "extranet:service") this.#service = detail.state;
    else this.#isOffline = type === "offline";
    this.#show();
  }

  get state() {
    return this.#connection;
  }

  set state(state) {
    this.#connection = state;
    if (state === "online") this.#isOffline = false;
    this.#show();
  }

  // Without a connection nobody knows how the service is: the connection is spoken of first.
  #show() {
    const connection = this.#isOffline ? "offline" : this.#connection;
    const trouble = connection !== "online" ? connection : this.#service !== "fine" ? this.#service : null;
    if (trouble === this.#trouble) return;
    const said = trouble ?? (OF_SERVICE.includes(this.#trouble) ? "fine" : "online");
    this.#trouble = trouble;
    clearTimeout(this.#timer);
    this.textContent = this.dataset[said];
    this.dataset.state = said;
    if (!trouble) this.#timer = setTimeout(() => this.replaceChildren(), GOOD_NEWS_STAYS);
  }
}

customElements.define("connection-status", ConnectionStatus);
