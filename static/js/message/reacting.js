// Quiet reactions: a small group of buttons to choose from, and what one chose shown at once.

import { complain, me, pageOf, send, showEcho } from "./parts.js";

export async function react(tools, button) {
  const article = button.closest(".message");
  const { kind } = button.dataset;
  const isOn = !isMine(article, kind);
  const chip = chipOf(article, kind);
  if (chip) {
    chip.setAttribute("aria-pressed", isOn);
    const number = chip.querySelector("[aria-hidden]");
    number.textContent = Number(number.textContent) + (isOn ? 1 : -1);
  }
  const { ok, said } = await send(`${pageOf(article)}/reactions`, { kind, on: isOn ? "yes" : "no" }, tools.dataset.failed);
  if (ok) {
    const hadFocus = chip?.contains(document.activeElement);
    showEcho(article, said.html);
    if (hadFocus && article.isConnected) (chipOf(article, kind) ?? article.querySelector("[data-action=reactions]")).focus({ preventScroll: true });
    return;
  }
  if (chip?.isConnected) {
    chip.setAttribute("aria-pressed", !isOn);
    const number = chip.querySelector("[aria-hidden]");
    number.textContent = Number(number.textContent) + (isOn ? -1 : 1);
  }
  complain(said);
}

export function isMine(article, kind) {
  return Boolean(chipOf(article, kind)?.dataset.members.split(" ").includes(me));
}

function chipOf(article, kind) {
  return article.querySelector(`.reaction[data-kind="${CSS.escape(kind)}"]`);
}
