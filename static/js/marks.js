// What the menu of a message says of reading. «Mark as unread from here» is sent, and what the server says becomes news of
// this page too; who has read it is shown only of messages that came after the hosts have had it shown.

import { idOf } from "./message/parts.js";
import { tell } from "./toast.js";
import { post } from "./token.js";

export function markUnreadFrom(message) {
  const thread = message.closest("live-thread");
  if (thread) mark(`/workspaces/${thread.dataset.slug}/messages/${idOf(message)}/unread`, thread.dataset);
}

document.addEventListener("extranet:menu", ({ detail: { article, menu } }) => {
  const entry = menu.querySelector("[data-part=readers]");
  if (entry) entry.hidden = Number(article.dataset.seq) < Number(entry.dataset.from);
});

async function mark(url, { isUnread, isNotUnread }) {
  const answer = await post(url).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    tell(said?.detail ?? isNotUnread);
    return;
  }
  document.dispatchEvent(new CustomEvent("extranet:read", { detail: said }));
  tell(isUnread);
}
