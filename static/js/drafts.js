// What was typed and not yet sent, kept in this browser for the member who typed it, until it is sent.

const KIND = "extranet:draft";
const SENT = "extranet:sent";
const OLDEST = 30 * 24 * 3_600_000;

const member = document.body.dataset.member;

// The key of a form's draft: who, where to, and which message it answers.
export function keyOf(form) {
  const answers = form.elements.answers?.value ?? "";
  return `${KIND}:${member}:${new URL(form.action).pathname}:${answers}`;
}

export function read(key) {
  return attempt(() => JSON.parse(localStorage.getItem(key) ?? "null")?.value) ?? null;
}

export function keep(key, value) {
  const isEmpty = value === null || value === "" || (Array.isArray(value) && !value.length);
  attempt(() => (isEmpty ? localStorage.removeItem(key) : localStorage.setItem(key, JSON.stringify({ value, at: Date.now() }))));
}

// A form that leaves the page says how the next page shows that it arrived: `selector` is found there.
export function isLeaving(key, selector) {
  attempt(() => sessionStorage.setItem(SENT, JSON.stringify({ key, selector })));
}

attempt(() => {
  const left = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  if (left && document.querySelector(left.selector)) keep(left.key, null);
  sessionStorage.removeItem(SENT);
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(KIND) && Date.now() - (JSON.parse(localStorage.getItem(key)).at ?? 0) > OLDEST) localStorage.removeItem(key);
  }
});

// Storage may be full, forbidden or damaged: then nothing is kept, and nothing else fails.
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
