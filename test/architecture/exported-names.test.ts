import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
/** The page has names of its own for what the browser draws. */
const rooms = ['src', 'tools', 'simulator', 'cli', 'benchmarks'];
const exported =
  /^export (?:async )?(?:abstract )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;

/** Files by the name that they export; what is generated speaks the language of its schema. */
function exporters(): Map<string, string[]> {
  const files = rooms
    .flatMap((room) => readdirSync(join(repoDir, room), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(repoDir, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !file.includes('/gen/'));
  const byName = new Map<string, string[]>();
  for (const file of files) {
    const names = readFileSync(join(repoDir, file), 'utf8').matchAll(exported);
    for (const name of new Set(Array.from(names, (match) => match[1]!)))
      byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  return byName;
}

test('a name that src exports means one thing in every room of Node', () => {
  const byName = exporters();
  expect(byName.get('PerceptionError')).toEqual(['src/frame/perception-error.ts']);
  const twice = [...byName]
    .filter(([, files]) => files.length > 1 && files.some((file) => file.startsWith('src/')))
    .map(([name, files]) => `${name}: ${files.join(', ')}`);
  expect(twice).toEqual([]);
});
