// An id for what is sent, so that it counts once however often it arrives.

export function newId() {
  return crypto.randomUUID?.() ?? randomId();
}

// Outside of a safe context (a trial on a plain address) browsers do not make the id.
function randomId() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
