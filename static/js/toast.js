// A short word at the foot of the page, which screen readers say too.

const STAYS = 6_000;

export function tell(text) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), STAYS);
}
