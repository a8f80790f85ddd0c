// Files on their way to the server, and what is known of them while their message is on its way.

import { isSignedIn, post, renewToken, token } from "./token.js";

const PATIENCE = 60_000; // without any progress
const AFTERWARDS = 5 * PATIENCE; // a proxy may have taken it all and pass it on slowly; then the server looks at it

// Bring one file; `onProgress` hears which portion has gone, `signal` ends it. What came of it: {file}, or {status, detail},
// with the status 0 where the server cannot be reached, or hangs.
export async function bring(address, file, { onProgress, signal }) {
  const answer = await send(address, file, { onProgress, signal });
  if (answer.said.code !== "stale-form") return outcome(answer);
  // A sign-in that began in another tab has another token: with that it is tried once more.
  const isIn = await isSignedIn();
  if (isIn === false) return { status: 401 };
  const isRenewed = isIn && (await renewToken().catch(() => null));
  if (isRenewed === null) return { status: 0 };
  return outcome(isRenewed ? await send(address, file, { onProgress, signal }) : answer);
}

// Take a file away that is not sent. If that fails, the server does it by itself after a while.
export function remove(address, id) {
  post(`${address}/${id}/remove`).catch(() => null);
}

// Whether a file is still there and not sent yet; yes where nobody can say.
export async function canBeSent(address, { id, name }) {
  return !isGone(await fetch(`${address}/${id}/${encodeURIComponent(name)}`, { method: "HEAD" }).catch(() => null));
}

// A file that was brought elsewhere and waits there, to be brought here. What came of it: {file}, or {status}, which is 404
// where it waits no longer and 0 where the server cannot be reached.
export async function unsentAt(address, { id, name }) {
  const answer = await fetch(`${address}/${id}/${encodeURIComponent(name)}`).catch(() => null);
  if (isGone(answer)) return { status: 404 };
  if (answer?.redirected) return { status: 401 };
  if (!answer?.ok) return { status: answer?.status ?? 0 };
  const content = await answer.blob().catch(() => null);
  return content ? { file: new File([content], name, { type: content.type }) } : { status: 0 };
}

// What the files among the fields of a message are called.
export function namesIn(fields) {
  return fields.filter(([name]) => name.startsWith("file-")).map(([, about]) => JSON.parse(about).name);
}

// Only the server knows that a file is sent or taken away. Who is led to the sign-in has not heard from it.
function isGone(answer) {
  return answer?.status === 404 || Boolean(answer?.ok && !answer.redirected && !answer.headers.has("X-Unsent"));
}

function outcome({ status, said }) {
  return status === 201 ? { file: said } : { status, detail: said.errors?.file?.[0] ?? said.detail };
}

// By hand, because `fetch` does not say how much has gone.
function send(address, file, { onProgress, signal }) {
  if (signal.aborted) return { status: 0, said: {} };
  const content = new FormData();
  content.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token());
  request.responseType = "json";
  let limit;
  const goOn = (patience = PATIENCE) => {
    clearTimeout(limit);
    limit = setTimeout(() => request.abort(), patience);
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    goOn();
    onProgress(loaded / total);
  });
  request.upload.addEventListener("load", () => goOn(AFTERWARDS));
  signal.addEventListener("abort", () => request.abort(), { once: true });
  return new Promise((resolve) => {
    request.addEventListener("loadend", () => {
      clearTimeout(limit);
      resolve({ status: request.status, said: request.response ?? {} });
    });
    goOn();
    request.send(content);
  });
}
