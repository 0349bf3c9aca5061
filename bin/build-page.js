// Builds the page into dist/page with Vite when its sources differ from the last build. The package carries the built
// page, and then has no sources to build from.
import { createHash } from 'node:crypto';
import {
  existsSync,
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
const outDir = join(rootDir, 'dist', 'page');
const stampFile = join(outDir, '.stamp');

/** The page's own files and those of src that it may run, with size and modification time, as one fingerprint. */
function fingerprint() {
  const hash = createHash('sha1');
  for (const room of ['page', 'src']) {
    const entries = readdirSync(join(rootDir, room), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    for (const path of [...paths, join(rootDir, 'vite.config.ts')].sort()) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${relative(rootDir, path)}:${size}:${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/** Builds where that is needed and possible. Returns the folder of the built page. */
export async function ensurePageBuilt({ force = false } = {}) {
  if (!existsSync(join(rootDir, 'page', 'index.html'))) return outDir;
  const wanted = fingerprint();
  const isFresh = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
  if (isFresh && !force) return outDir;
  const { build } = await import('vite');
  // Built aside and put in its place whole: whoever looks meanwhile gets the old page or the new one.
  const asideDir = `${outDir}.${process.pid}`;
  await build({ configFile: join(rootDir, 'vite.config.ts'), build: { outDir: asideDir } });
  writeFileSync(join(asideDir, '.stamp'), wanted);
  rmSync(outDir, { recursive: true, force: true });
  renameSync(asideDir, outDir);
  return outDir;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensurePageBuilt({ force: process.argv.includes('--force') });
}
