import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scoresSideBySide } from '../../../tools/export/scores-side-by-side.js';
import { repoDir, windshield } from '../../support/command-line.js';

test('each score of the bundle that is replaced stands beside the new one', () => {
  const lines = scoresSideBySide(
    { gtsrb: { accuracy: 0.99031 }, old: { accuracy: 0.5 } },
    { gtsrb: { accuracy: 0.016 } },
  );
  expect(lines).toEqual([
    'gtsrb, accuracy: 0.9903 in the bundle that is replaced, 0.016 in the new one',
    'old, accuracy: 0.5 in the bundle that is replaced, not measured in the new one',
  ]);
  expect(scoresSideBySide(undefined, { gtsrb: { accuracy: 1 } })).toEqual([]);
});

test('a bundle that is there, a shipped one for one, is refused at once; none is a default', async () => {
  const manifest = join(repoDir, 'models/signs/manifest.json');
  const before = readFileSync(manifest, 'utf8');
  const words = ['export', 'signs', '--data', '.', '--from', 'no-run'];
  const taken = await windshield([...words, '--out', 'models/signs']).finished;
  expect(taken.code).toBe(2);
  // The folder is above the data, or a bundle is there: refused either way, before anything is read.
  expect(taken.stderr).toMatch(/found a folder|found one that/);
  const missing = await windshield(words).finished;
  expect(missing.stderr).toMatch(/required option '--out <folder>' not specified/);
  expect(readFileSync(manifest, 'utf8')).toBe(before);
  expect(existsSync(join(repoDir, 'models/signs.partial'))).toBe(false);
});
