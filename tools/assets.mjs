// Bundles the front end: static/js/app.js and static/css/app.css, with all that they import from the npm packages,
// into static/build/, under names that change with their content, so that browsers may keep them for ever.
//
// manifest.json names what came of each entry: {"app.js": "app-HASH.js", "app.css": "app-HASH.css"}. Each text file has
// a .gz and a .br beside it where that is smaller. The folder is built aside and exchanged, so that a running server
// never finds half of it.

import { build } from "esbuild";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STATIC = join(ROOT, "static");
const TARGET = join(STATIC, "build");
const FRESH = `${TARGET}.new-${process.pid}`;
const TEXT = new Set([".css", ".js", ".json", ".svg"]);

const entries = ["js/app.js", "css/app.css"].map((name) => join(STATIC, name)).filter((path) => existsSync(path));
mkdirSync(FRESH, { recursive: true });
try {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: entries,
    outdir: FRESH,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "files/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    metafile: true,
    legalComments: "eof",
    charset: "utf8",
    target: ["chrome111", "firefox115", "safari16.4"],
    // Fonts come along under hashed names; pictures of our own are served from /static/img as they are.
    loader: { ".woff2": "file", ".woff": "empty", ".svg": "file", ".png": "file" },
    external: ["/static/*"],
    logLevel: "warning",
  });
  writeFileSync(join(FRESH, "manifest.json"), `${JSON.stringify(manifest(metafile.outputs), null, 2)}\n`);
  compress(FRESH);
  exchange();
} catch (error) {
  rmSync(FRESH, { recursive: true, force: true });
  throw error;
}

function manifest(outputs) {
  const named = Object.entries(outputs)
    .filter(([, output]) => output.entryPoint?.startsWith("static/")) // what is imported later counts as an entry too
    .map(([path, output]) => [basename(output.entryPoint), basename(path)]);
  return Object.fromEntries(named.sort());
}

function compress(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXT.has(extname(path)) || entry.name === "manifest.json") continue;
    const plain = readFileSync(path);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    for (const [suffix, packed] of [[".gz", gzipSync(plain, { level: 9 })], [".br", brotliCompressSync(plain, quality)]]) {
      if (packed.length < plain.length) writeFileSync(path + suffix, packed);
    }
  }
}

function exchange() {
  const old = `${TARGET}.old-${process.pid}`;
  if (existsSync(TARGET)) renameSync(TARGET, old);
  renameSync(FRESH, TARGET);
  rmSync(old, { recursive: true, force: true });
}
