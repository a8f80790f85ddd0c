// Small things that the parts of a thread's page share.

export const me = document.body.dataset.member;
export const DEEPEST = 8; // levels that are shown apart

export function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("article");
}

export function parseAll(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return [...holder.content.querySelectorAll("article.message")];
}

export function idOf(article) {
  return article.id.slice("m-".length);
}

export function isVisible(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

export function paragraph(text) {
  const element = document.createElement("p");
  text.split("\n").forEach((line, index) => element.append(...(index ? [document.createElement("br"), line] : [line])));
  return element;
}
