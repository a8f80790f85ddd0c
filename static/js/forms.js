// Forms of every page: ask before what is hard to undo, send once, and begin where something is wrong.

import { forget, hasUnsent } from "./drafts.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (isSignOut(form)) askAboutUnsent(form);
  if (form.dataset.confirm && !("confirmed" in form.dataset)) {
    event.preventDefault();
    ask(form, event.submitter);
  } else {
    if (isSignOut(form)) forget();
    sendOnce(form, event);
  }
});

// A page that comes back from the browser's memory has nothing under way.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});

document.querySelector(".error-summary")?.focus();

function isSignOut(form) {
  return new URL(form.getAttribute("action") ?? "", location.href).pathname === "/sign-out";
}

// The next one at this device shall find nothing; whoever goes shall know what goes with them.
function askAboutUnsent(form) {
  const { unsent, signOut } = document.getElementById("confirm").dataset;
  form.dataset.confirm = hasUnsent() ? unsent : "";
  form.dataset.confirmAction = signOut;
}

function ask(form, submitter) {
  const dialog = document.getElementById("confirm");
  const yes = dialog.querySelector('[value="yes"]');
  dialog.querySelector("p").textContent = form.dataset.confirm;
  yes.textContent = form.dataset.confirmAction;
  yes.classList.toggle("button-danger", "danger" in form.dataset);
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "";
    form.requestSubmit(submitter);
  }, { once: true });
  dialog.showModal();
}

function sendOnce(form, event) {
  if (form.method !== "post") return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  // Forms that a script sends by itself stop the event later on; they stay free.
  queueMicrotask(() => {
    if (event.defaultPrevented) return;
    form.dataset.sent = "";
    event.submitter?.setAttribute("data-busy", "");
    setTimeout(release, 10_000, form);
  });
}

function release(form) {
  delete form.dataset.sent;
  delete form.dataset.confirmed;
  form.querySelector("[data-busy]")?.removeAttribute("data-busy");
}
