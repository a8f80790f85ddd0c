// Files on their way to the server, and what is known of them while their message is on its way.

import { isSignedIn, renewToken, token } from "./token.js";

// Bring one file; `onProgress` hears which portion has gone. What came of it: {file}, or {status, detail}, with the status
// 0 where the server cannot be reached.
export async function bring(address, file, onProgress) {
  const answer = await send(address, file, onProgress);
  if (answer.said.code !== "stale-form") return outcome(answer);
  // A sign-in that began in another tab has another token: with that it is tried once more.
  const isIn = await isSignedIn();
  if (isIn === null) return { status: 0 };
  if (!isIn) return { status: 401 };
  return (await renewToken()) ? outcome(await send(address, file, onProgress)) : outcome(answer);
}

// Take a file away that is not sent. If that fails, the server does it by itself after a while.
export function remove(address, id) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  fetch(`${address}/${id}/remove`, { method: "POST", headers }).catch(() => null);
}

// Whether a file is still there and not sent yet; yes where nobody can say.
export async function canBeSent(address, { id, name }) {
  const answer = await fetch(`${address}/${id}/${encodeURIComponent(name)}`, { method: "HEAD" }).catch(() => null);
  return answer?.ok ? answer.headers.has("X-Unsent") : answer?.status !== 404;
}

// What the files among the fields of a message are called.
export function namesIn(fields) {
  return fields.filter(([name]) => name.startsWith("file-")).map(([, about]) => JSON.parse(about).name);
}

function outcome({ status, said }) {
  return status === 201 ? { file: said } : { status, detail: said.errors?.file?.[0] ?? said.detail };
}

// By hand, because `fetch` does not say how much has gone.
function send(address, file, onProgress) {
  const content = new FormData();
  content.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token());
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
  return new Promise((resolve) => {
    request.addEventListener("loadend", () => resolve({ status: request.status, said: request.response ?? {} }));
    request.send(content);
  });
}
