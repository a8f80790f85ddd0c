// A short word at the foot of the page, which screen readers say too. With a link it stays until it is closed.

const STAYS = 6_000;

export function tell(text, link) {
  const toasts = document.getElementById("toasts");
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  if (link) toast.append(" ", Object.assign(document.createElement("a"), link), " ", closing(toast, toasts.dataset.close));
  else setTimeout(() => toast.remove(), STAYS);
  toasts.append(toast);
}

function closing(toast, textContent) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent });
  button.addEventListener("click", () => toast.remove());
  return button;
}
