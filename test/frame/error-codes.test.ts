import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../../src/frame/perception-error.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the page of errors explains every code, in the order of the code, and no other', () => {
  const explained = [...read('docs/errors.md').matchAll(/^\| `(ERR_\w+)` \|/gm)].map((m) => m[1]);
  expect(errorCodes.length).toBeGreaterThan(20);
  expect(explained).toEqual(errorCodes);
});
