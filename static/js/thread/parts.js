// Small things that the parts of a thread's page share.

export const me = document.body.dataset.member;
export const DEEPEST = 8; // levels that are shown apart

// The part of a fragment of the server that is meant; null where there is none.
export function parse(html, selector = "article") {
  return parseAll(html, selector)[0] ?? null;
}

export function parseAll(html, selector = "article.message") {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return [...holder.content.querySelectorAll(selector)];
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
