// The places where something is written, by the address to which it is sent: what the server calls them, and where they
// stand.

import { post } from "./token.js";

const PLACES = [
  [/^\/workspaces\/([^/]+)\/threads$/, () => "new"],
  [/^\/workspaces\/([^/]+)\/threads\/([^/]+)\/messages$/, (id, answers) => (answers ? `answer-${answers}` : `thread-${id}`)],
  [/^\/workspaces\/([^/]+)\/messages\/([^/]+)\/edit$/, (id) => `edit-${id}`],
];

// {slug, name} of a place; null where the server keeps no drafts.
export function placeAt(path, answers) {
  for (const [pattern, name] of PLACES) {
    const [, slug, id] = path.match(pattern) ?? [];
    if (slug) return { slug, name: name(id, answers) };
  }
  return null;
}

// Where one goes on writing there.
export function pageOf(path, answers) {
  if (path.endsWith("/threads")) return `${path}/new`;
  if (path.endsWith("/thanks")) return path.slice(0, -"/thanks".length);
  if (!path.endsWith("/messages")) return path;
  const thread = path.slice(0, -"/messages".length);
  return answers ? `${thread}?answers=${answers}#reply` : `${thread}#editor`;
}

// Take the server's draft away, on all devices; what another one has written since this version stays.
export async function takeAway({ slug, name }, version) {
  await post(`/api/v1/workspaces/${slug}/drafts/${name}?version=${version}`, undefined, { method: "DELETE" }).catch(() => null);
}
