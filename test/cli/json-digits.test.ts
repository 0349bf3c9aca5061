import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { casePath } from '../support/cases.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let resultPath: string;
let replayed: unknown;

beforeAll(async () => {
  rig = await makeTinyRig(12);
  resultPath = join(rig.dir, 'results.mcap');
  replayed = await jsonOf('replay', rig.drivePath, '-p', rig.pipelinePath, '--out', resultPath);
});
afterAll(() => rig.remove());

async function jsonOf(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await windshield([...args, '--json']).finished;
  expect(code, stderr).toBeLessThan(2);
  return JSON.parse(stdout);
}

/** Numbers with more digits than their unit means, by where they stand. */
function tooLong(value: unknown, place = ''): string[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => tooLong(inner, `${place}.${key}`));
  if (typeof value !== 'number' || Number.isInteger(value)) return [];
  const [digits, exponent = '0'] = String(value).split('e') as [string, string?];
  const decimals = digits.split('.')[1]!.length - Number(exponent);
  const significant = digits.replace(/^-?0?\.?0*/, '').replace('.', '').length;
  const isTime = /(Ms|S)(\.|$)/.test(place);
  const isLens = place.includes('distortion');
  const isRight = isTime ? decimals <= 3 : decimals <= 6 || significant <= (isLens ? 9 : 5);
  return isRight ? [] : [`${place} ${value}`];
}

const countNumbers = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, inner) => sum + countNumbers(inner), 0)
    : Number(typeof value === 'number');

test('the report of a run has no more digits than its numbers mean', () => {
  expect(countNumbers(replayed)).toBeGreaterThan(50);
  expect(tooLong(replayed)).toEqual([]);
});

test.each([
  ['latency', () => ['latency', resultPath], 20],
  ['info', () => ['info', resultPath], 5],
  ['diff', () => ['diff', resultPath, resultPath], 3],
  [
    'import',
    () => [
      'import',
      casePath('21-ros2-recording/ros2.mcap'),
      '--out',
      join(rig.dir, 'imported.mcap'),
    ],
    2,
  ],
  ['cut', () => ['cut', rig.drivePath, '--to', '0.3', '--out', join(rig.dir, 'cut.mcap')], 1],
  [
    'evaluate',
    () => [
      'evaluate',
      'steering',
      '--format',
      'recording',
      '--data',
      'recordings/sample-drive.mcap',
      '--limit',
      '40',
    ],
    4,
  ],
] as const)('that of %s as well', async (_, words, leastNumbers) => {
  const answer = await jsonOf(...words());
  expect(countNumbers(answer)).toBeGreaterThanOrEqual(leastNumbers);
  expect(tooLong(answer)).toEqual([]);
}); // prettier-ignore
