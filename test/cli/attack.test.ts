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

test.each([
  [
    'a sign that is not there',
    ['--class', 'stpo'],
    '--class: expected a class of the bundle, found stpo; did you mean "stop"?',
  ],
  [
    'a target that is not there',
    ['--target', 'go'],
    '--target: expected a class of the bundle, found go',
  ],
  [
    'a sticker larger than the sign',
    ['--size-cm', '90'],
    '--size-cm: expected more than 0 up to 63 cm on a sign of 90 cm, found 90',
  ],
])('%s is one line and exit code 2', async (_, flags, words) => {
  const args = ['attack', 'signs', `${repoDir}models/signs`, '--method', 'sticker', ...flags];
  const { code, stderr } = await windshield(args).finished;
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n').length).toBe(1);
  expect(code).toBe(2);
});

test('a sticker for a quantised network, and an attack without pictures, are one line each', async () => {
  const int8 = ['attack', 'signs', `${repoDir}models/signs-int8`, '--method', 'sticker'];
  const bare = ['attack', 'signs', `${repoDir}models/signs`, '--method', 'pgd'];
  const [quantised, without] = await Promise.all(
    [int8, bare].map((args) => windshield(args).finished),
  );
  expect(quantised!.stderr).toContain('expected a float32 bundle, found a quantised one');
  expect(without!.stderr).toContain('--method pgd: expected --data and --format, found not both');
  expect([quantised!.code, without!.code]).toEqual([2, 2]);
});
