// The token that every form carries belongs to a sign-in. Where it is refused, the sign-in has ended, or another one began
// in another tab.

const ASK = "/workspaces/unread";
const PAGE = "/terms";
const PATIENCE = 30_000;
const meta = document.querySelector("meta[name=csrf-token]");

export function token() {
  return meta.content;
}

// Send something with the token; where it is stale, once more with the one that holds now. A sign-in that has ended
// answers 401, another member's leaves the refusal as it is; it throws as `fetch` does where nobody can be asked.
export async function post(url, body, { headers, ...options } = {}) {
  const send = () => fetch(url, { method: "POST", body, ...options, headers: { Accept: "application/json", "X-CSRFToken": token(), ...headers } });
  const answer = await send();
  if (!(await isStale(answer))) return answer;
  const who = await askWho();
  if (who.status === 401) return who;
  if (!who.ok) throw new TypeError("Nobody says whether the sign-in holds");
  return (await renewToken()) ? send() : answer;
}

// Whether the person is signed in; null where the server cannot be asked.
export async function isSignedIn() {
  const answer = await askWho().catch(() => null);
  if (answer?.status === 401) return false;
  return answer?.ok ? true : null;
}

// Take the token of the sign-in that holds now; false unless it is the same member's. It throws where nobody can be asked.
export async function renewToken() {
  const answer = await fetch(PAGE, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("meta[name=csrf-token]")?.content;
  if (!answer.ok || !fresh) throw new TypeError("The page with the token did not come");
  if (page.body.dataset.member !== document.body.dataset.member) return false;
  meta.content = fresh;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh;
  return true;
}

function askWho() {
  return fetch(ASK, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
}

async function isStale(answer) {
  if (answer.status !== 400) return false;
  const said = await answer.clone().json().catch(() => null);
  return said?.code === "stale-form";
}
