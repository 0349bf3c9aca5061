// Selects the files of dist/ for a package: those that its entries reach, and the npm packages that these need.
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const importPattern =
  /^\s*(?:import|export)\s(?:[^"'();]*?\sfrom\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)|\b(?:builtEntry|new URL)\(\s*["'](\.[^"'\n]+\.js)["']/gm;

/** Import specifiers in a file's text. */
export function specifiersOf(text) {
  return [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3]);
}

/** Path below the root for a relative specifier, undefined for a package; declarations are next to their code. */
export function targetOf(file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  return file.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target;
}

const packageName = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Everything below `rootDir` that `entries` reach, except what `cut` excludes. */
export function reach(rootDir, entries, cut = () => false) {
  const files = new Set();
  const packages = new Set();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const path = posix.join(rootDir, file);
    if (files.has(file) || cut(file) || !existsSync(path)) continue;
    files.add(file);
    for (const specifier of specifiersOf(readFileSync(path, 'utf8'))) {
      const target = targetOf(file, specifier);
      if (target !== undefined) queue.push(target);
      else if (!specifier.startsWith('node:')) packages.add(packageName(specifier));
    }
  }
  return { files, packages };
}

/** The text with specifiers that leave the package replaced by the name of the package that contains their files. */
export function rewritten(file, text, nameOf) {
  return text.replaceAll(importPattern, (whole, ...groups) => {
    const specifier = groups[0] ?? groups[1];
    const target = specifier === undefined ? undefined : targetOf(file, specifier);
    const name = target === undefined ? undefined : nameOf(target);
    return name === undefined ? whole : whole.replace(specifier, name);
  });
}
