import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { repoDir } from '../support/command-line.js';

const filesIn = (dir: string) =>
  readdirSync(join(repoDir, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(dir, name));
const documents = [
  'README.md',
  'CHANGELOG.md',
  'benchmarks/README.md',
  ...['docs', 'models', 'packages', 'examples'].flatMap(filesIn),
].filter((file) => !file.includes('node_modules'));

const textOf = (file: string) =>
  readFileSync(join(repoDir, file), 'utf8').replaceAll(/```[\s\S]*?```/g, '');

/** As GitHub names a heading. */
const anchorsOf = (file: string) =>
  Array.from(textOf(file).matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );

test('every link of the documents leads to a file, and to a heading in it', () => {
  expect(documents.length).toBeGreaterThan(40);
  const lost = documents.flatMap((file) =>
    Array.from(textOf(file).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link!)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : normalize(join(dirname(file), path));
        if (!existsSync(join(repoDir, target))) return true;
        return (
          anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)
        );
      })
      .map((link) => `${file}: ${link}`),
  );
  expect(lost).toEqual([]);
});

test('every decision stands in the index, with its date', () => {
  const index = readFileSync(join(repoDir, 'docs/decisions/README.md'), 'utf8');
  const decisions = readdirSync(join(repoDir, 'docs/decisions')).filter(
    (name) => name !== 'README.md',
  );
  const missing = decisions.filter(
    (name) => !new RegExp(`^\\| 20\\d\\d-\\d\\d-\\d\\d \\| \\[.*\\(${name}\\)`, 'm').test(index),
  );
  expect(missing).toEqual([]);
});
