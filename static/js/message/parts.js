// What the parts of a message's tools share: which message, where it stands, and asking the server about it.

import { parse } from "../thread/parts.js";
import { tell } from "../toast.js";
import { post } from "../token.js";

export { idOf, me } from "../thread/parts.js";

// The page of one message.
export function pageOf(article) {
  return article.querySelector(".message-when a").href;
}

export function authorOf(article) {
  return article.querySelector(".message-name").textContent.trim();
}

// Whether one can react to it: in an active workspace.
export function isActive(article) {
  return article.closest("live-thread")?.dataset.isActive === "yes" && !article.classList.contains("is-retracted");
}

// Whether one can write to it: in a thread that is not locked, too.
export function isOpen(article) {
  return isActive(article) && article.closest("live-thread").dataset.isLocked === "no";
}

// Send fields to an address of the message. Gives {ok, said}; where nothing came through, `said.detail` is `failed`.
export async function send(url, fields, failed) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  try {
    const answer = await post(url, body);
    return { ok: answer.ok, said: await answer.json() };
  } catch {
    return { ok: false, said: { detail: failed } };
  }
}

export function sentenceOf(said) {
  return Object.values(said.errors ?? {}).flat()[0] ?? said.detail;
}

export function complain(said) {
  tell(sentenceOf(said));
}

// Show the thanks and reactions that the server gave with its answer. If the article has been exchanged meanwhile, what
// came is as new or newer.
export function showEcho(article, html) {
  if (!article.isConnected) return;
  const fresh = parse(html, ".message-echo");
  const old = article.querySelector(":scope > .message-echo");
  if (old && fresh) old.replaceWith(fresh);
  else if (fresh) article.querySelector("message-actions").before(fresh);
  else old?.remove();
}
