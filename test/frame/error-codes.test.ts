import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the page of errors explains every code, in the order of the code, and no other', () => {
  const declaration = /export type ErrorCode =([^;]*);/.exec(
    read('src/frame/perception-error.ts'),
  )![1]!;
  const declared = [...declaration.matchAll(/'(ERR_\w+)'/g)].map((match) => match[1]);
  const explained = [...read('docs/errors.md').matchAll(/^\| `(ERR_\w+)` \|/gm)].map((m) => m[1]);
  expect(declared.length).toBeGreaterThan(20);
  expect(explained).toEqual(declared);
});
