// One calm bar that says in words what is wrong, and that it is over: set `state` to "offline", "reconnecting",
// "signedOut" or "online"; "busy" and "full" come as `extranet:service` from who sends. The first "online" says nothing.

const GOOD_NEWS_STAYS = 4_000;

class ConnectionStatus extends HTMLElement {
  #connection = "online";
  #service = "fine";
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

  handleEvent(event) {
    if (event.type === "extranet:service") this.#become(this.#connection, event.detail.state);
    else this.state = event.type;
  }

  get state() {
    return this.#connection;
  }

  set state(state) {
    this.#become(state, this.#service);
  }

  // Without a connection nobody knows how the service is: the connection is spoken of first.
  #become(connection, service) {
    if (connection === this.#connection && service === this.#service) return;
    const isConnectionNews = connection !== this.#connection;
    [this.#connection, this.#service] = [connection, service];
    const trouble = connection !== "online" ? connection : service !== "fine" ? service : null;
    const said = trouble ?? (isConnectionNews ? "online" : "fine");
    clearTimeout(this.#timer);
    if (this.dataset.state !== said || !this.textContent) this.textContent = this.dataset[said];
    this.dataset.state = said;
    if (!trouble) this.#timer = setTimeout(() => this.replaceChildren(), GOOD_NEWS_STAYS);
  }
}

customElements.define("connection-status", ConnectionStatus);
