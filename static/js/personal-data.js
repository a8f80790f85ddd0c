// What looks like personal data in a text: the same patterns as the server's.

import { patterns } from "../../extranet/data/personal-data.json";

export function lookFor(text) {
  return patterns.flatMap(({ kind, pattern, flags }) =>
    [...text.matchAll(new RegExp(pattern, `g${flags}`))].map(([found]) => ({ kind, text: found })),
  );
}
