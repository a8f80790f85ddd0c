// <mention-mark hidden>: says of a message that it mentions who reads it. The same HTML goes to everybody, so this asks.

class MentionMark extends HTMLElement {
  connectedCallback() {
    const article = this.closest(".message");
    const mentionsMe = article.dataset.mentions.split(" ").includes(document.body.dataset.member);
    this.hidden = !mentionsMe;
    article.classList.toggle("mentions-me", mentionsMe);
  }
}

customElements.define("mention-mark", MentionMark);
