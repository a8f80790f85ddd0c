// How long to wait before what failed is tried again.

// Milliseconds after so many failures before this one: `first`, twice as long after each, up to `longest`; and up to `spread`
// times more by chance, so that those who failed together do not all come again together.
export function pauseAfter(failures, { first, longest, spread = 1 }) {
  return Math.min(first * 2 ** failures, longest) * (1 + spread * Math.random());
}

// Milliseconds for which an answer asks to be left in peace (`Retry-After`); none where it does not say, or none came.
export function pauseAskedBy(answer) {
  return 1_000 * (Number(answer?.headers.get("Retry-After")) || 0);
}
