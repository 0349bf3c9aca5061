// Transpiles src/, tools/, simulator/, cli/ and benchmarks/ file by file into dist/, mirroring the tree, so that worker
// entries and import.meta.url keep their places. Does so only if something changed since the last build; otherwise it
// takes about 10 ms.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, fingerprintOf, rootDir } from './survey.js';

const outDir = join(rootDir, 'dist');
const stampFile = join(outDir, '.stamp');
const roomDirs = ['src', 'tools', 'simulator', 'cli', 'benchmarks'];

const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.d.ts');

/** Replaces a file atomically: a reader, such as a pipeline that starts, sees the old file or the new one. */
function replaceFile(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return;
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, contents);
  renameSync(partial, path);
}

/** Removes the output of sources that were deleted or moved, which would otherwise still be found and packed. */
function removeOthers(built) {
  for (const room of roomDirs) {
    const roomDir = join(outDir, room);
    if (!existsSync(roomDir)) continue;
    for (const path of filesBelow(roomDir, (name) => /\.js(\.map)?$/.test(name)))
      if (!built.has(path)) rmSync(path, { force: true });
  }
}

/** Builds when the sources differ from the last build (or always with `force`). Returns the dist folder. */
export async function ensureBuilt({ force = false } = {}) {
  const rooms = roomDirs.map((room) => join(rootDir, room)).filter((dir) => existsSync(dir));
  const files = rooms.flatMap((dir) => filesBelow(dir, isSource));
  const fingerprint = fingerprintOf(files);
  const isFresh = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint;
  if (isFresh && !force) return outDir;
  const { build } = await import('esbuild');
  if (force) rmSync(outDir, { recursive: true, force: true });
  const { outputFiles } = await build({
    entryPoints: files,
    outdir: outDir,
    outbase: rootDir,
    bundle: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
    write: false,
  });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  removeOthers(new Set(outputFiles.map(({ path }) => path)));
  replaceFile(stampFile, fingerprint);
  return outDir;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureBuilt({ force: process.argv.includes('--force') });
}
