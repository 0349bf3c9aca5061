import { expect, test } from 'vitest';
import type { FindingKind } from '../../tools/verdict/finding.js';
import type { Verdict } from '../../tools/verdict/verdict.js';
import { windshield } from '../support/command-line.js';

/** What no processor may change; tracks and short sightings near a threshold may differ from kernel to kernel. */
const never: readonly FindingKind[] = [
  'bundle',
  'manifest',
  'calibration',
  'delay',
  'frames-missing',
  'drops',
  'stage-missing',
  'class-lost',
  'label-swapped',
  'sign-lost',
  'sign-misread',
  'object-lost',
  'steering',
  'class-map',
];

test('the shipped pipeline sees on the sample what its reference says', async () => {
  const args = ['verify', 'recordings/sample-drive.mcap', '--json'];
  const reference = ['--reference', 'recordings/sample-reference.mcap'];
  const { stdout, stderr } = await windshield([...args, ...reference]).finished;
  expect(stderr).toBe('');
  const { frames, findings, isSameBuild }: Verdict = JSON.parse(stdout);
  expect(frames).toMatchObject({ compared: 250, missing: 0, added: 0 });
  const wrong = findings.filter(({ kind }) => never.includes(kind));
  expect(wrong.map(({ words }) => words)).toEqual([]);
  if (isSameBuild) expect(frames.identical).toBe(250);
  // Twelve seconds of driving through four networks, on a machine that others may share.
});
