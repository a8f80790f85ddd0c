// The token that every form carries belongs to a sign-in. Where it is refused, the sign-in has ended, or another one began
// in another tab.

const ASK = "/workspaces/unread";
const PAGE = "/terms";
const meta = document.querySelector("meta[name=csrf-token]");

export function token() {
  return meta.content;
}

// Whether the person is signed in; null where the server cannot be asked.
export async function isSignedIn() {
  const answer = await fetch(ASK, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status === 401) return false;
  return answer?.ok ? true : null;
}

// Take the token of the sign-in that holds now; false unless it is the same member's.
export async function renewToken() {
  const answer = await fetch(PAGE, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("meta[name=csrf-token]")?.content;
  if (!fresh || page.body.dataset.member !== document.body.dataset.member) return false;
  meta.content = fresh;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh;
  return true;
}
