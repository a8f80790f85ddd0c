// Thanks are told to who gets them, on whatever page they are. Only what happens now: older ones stand with the messages.

import { tell } from "./toast.js";

const me = document.body.dataset.member;
const told = new Set();

document.addEventListener("extranet:change", ({ detail: { workspace, seq, kind, actor, message } }) => {
  if (kind !== "message-thanked" || message?.author?.id !== me || told.has(`${workspace} ${seq}`)) return;
  told.add(`${workspace} ${seq}`);
  const thank = message.thanks.find(({ member }) => member.id === actor?.id);
  const { thanksYou } = document.getElementById("toasts").dataset;
  if (thank) tell(thanksYou.replace("{name}", () => thank.member.name).replace("{words}", () => thank.words));
});
