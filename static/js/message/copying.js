// A message's link or its words on the clipboard, also where a page may not write there by itself.

import { tell } from "../toast.js";
import { authorOf, idOf, pageOf } from "./parts.js";

export function copyLink(tools, article) {
  return copy(Promise.resolve(pageOf(article)), tools.dataset.linkCopied, tools.dataset.notCopied);
}

// Who, when and what: as it was typed where the server can be asked, else as it stands here.
export function copyText(tools, article) {
  const moment = article.querySelector(".message-when time").textContent.trim();
  const head = tools.dataset.wrote.replace("{name}", () => authorOf(article)).replace("{moment}", () => moment);
  const text = bodyOf(article).then((body) => `${head}\n\n${body}\n`);
  return copy(text, tools.dataset.textCopied, tools.dataset.notCopied);
}

// The words of a message as they stand in the page, without what they quote.
export function wordsOf(body) {
  const blocks = [...body.children].filter((block) => !block.matches("blockquote"));
  return blocks.map((block) => (block.matches("ul, ol") ? listed(block) : block.innerText.trim())).filter(Boolean).join("\n\n");
}

async function bodyOf(article) {
  try {
    const answer = await fetch(`/api/v1/messages/${encodeURIComponent(idOf(article))}`, { headers: { Accept: "application/json" } });
    if (answer.ok) return (await answer.json()).body;
  } catch {
    // Without a connection the page itself has the words.
  }
  return wordsOf(article.querySelector(".message-body"));
}

function listed(list) {
  const start = Number(list.getAttribute("start") ?? 1);
  return [...list.children].map((item, index) => `${list.matches("ol") ? `${start + index}.` : "-"} ${item.innerText.trim()}`).join("\n");
}

// Put on the clipboard what a promise brings, and say that it is there or that it could not be done.
export async function copy(text, done, failed) {
  try {
    // Safari allows it only while the press lasts, so it gets the promise and not what comes of it.
    if (window.ClipboardItem?.supports?.("text/plain") ?? window.ClipboardItem) {
      const content = text.then((words) => new Blob([words], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": content })]);
    } else {
      await navigator.clipboard.writeText(await text);
    }
    tell(done);
  } catch {
    tell(copyTheOldWay(await text) ? done : failed);
  }
}

function copyTheOldWay(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return isCopied;
}
