// Builds the page into dist/page with Vite when its sources differ from the last build. The package contains the built
// page and no sources to build from.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, fingerprintOf, rootDir } from './survey.js';

const outDir = join(rootDir, 'dist', 'page');
const stampFile = join(outDir, '.stamp');

/** The page's own files and those of src that it may import. */
const sources = () => [
  ...['page', 'src'].flatMap((room) => filesBelow(join(rootDir, room))),
  join(rootDir, 'vite.config.ts'),
];

/** Builds if necessary and possible. Returns the folder of the built page. */
export async function ensurePageBuilt({ force = false } = {}) {
  if (!existsSync(join(rootDir, 'page', 'index.html'))) return outDir;
  const wanted = fingerprintOf(sources());
  const isFresh = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
  if (isFresh && !force) return outDir;
  const { build } = await import('vite');
  // Built next to the old page and then renamed: a reader gets either the old page or the new one.
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
