import { expect, test } from 'vitest';
import { repoDir, windshield } from '../support/command-line.js';

test('attack names a wrong class of --fool before it opens any data', async () => {
  const words = [
    'attack',
    'signs',
    `${repoDir}models/signs`,
    '--fool',
    'stpo',
    '--report',
    'a.html',
  ];
  const data = ['--data', 'no-such-folder', '--format', 'gtsrb'];
  const { code, stderr } = await windshield([...words, ...data]).finished;
  expect(stderr).toContain(
    '--fool: expected a class of the bundle, found stpo; did you mean "stop"?',
  );
  expect(code).toBe(2);
});
