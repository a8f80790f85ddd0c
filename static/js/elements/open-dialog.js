// <open-dialog for="id"><a href="the same as a page">…</a></open-dialog>: opens the dialog instead of the page.

class OpenDialog extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  handleEvent(event) {
    const dialog = document.getElementById(this.getAttribute("for"));
    if (!dialog || !event.target.closest("a, button")) return;
    event.preventDefault();
    dialog.showModal();
  }
}

customElements.define("open-dialog", OpenDialog);
