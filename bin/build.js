// Transpiles src/, tools/, simulator/ and cli/ file by file into dist/, mirroring the tree, so that worker entries and
// import.meta.url keep their places. Only when something is newer than the last build: ~10 ms when not.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const outDir = join(rootDir, 'dist');
const stampFile = join(outDir, '.stamp');
const roomDirs = ['src', 'tools', 'simulator', 'cli', 'benchmarks'];

/** Every .ts file under the rooms, sorted, with its size and modification time as one fingerprint. */
function surveySources() {
  const files = [];
  const hash = createHash('sha1');
  for (const room of roomDirs) {
    const roomDir = join(rootDir, room);
    if (!existsSync(roomDir)) continue;
    const entries = readdirSync(roomDir, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter(
        (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'),
      )
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
    for (const path of paths) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${relative(rootDir, path)}:${size}:${mtimeMs}\n`);
      files.push(path);
    }
  }
  return { files, fingerprint: hash.digest('hex') };
}

/** Whoever reads meanwhile, such as a pipeline that starts, sees the old file or the new one, never half of it. */
function replaceFile(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return;
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, contents);
  renameSync(partial, path);
}

/** What was built from a source that has gone or moved would else still be found, and packed. */
function removeOthers(built) {
  for (const room of roomDirs) {
    const roomDir = join(outDir, room);
    if (!existsSync(roomDir)) continue;
    for (const entry of readdirSync(roomDir, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile() && /\.js(\.map)?$/.test(entry.name) && !built.has(path))
        rmSync(path, { force: true });
    }
  }
}

/** Builds when the sources differ from the last build (or always with `force`). Returns the dist folder. */
export async function ensureBuilt({ force = false } = {}) {
  const { files, fingerprint } = surveySources();
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
