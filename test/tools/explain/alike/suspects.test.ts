import { expect, test } from 'vitest';
import type { CodedPicture } from '../../../../tools/explain/alike/coded-pictures.js';
import { findAlike } from '../../../../tools/explain/alike/find-alike.js';
import { CodeIndex, suspectsOf } from '../../../../tools/explain/alike/suspects.js';
import { createRandom } from '../../../../tools/train/random.js';

/** Two classes, 40 pictures each in tracks of 4, whose codes lie around two places. */
function pictures(): CodedPicture[] {
  const random = createRandom(5);
  return Array.from({ length: 80 }, (_, i) => {
    const label = i % 2 === 0 ? 'stop' : 'yield';
    const code = Float32Array.from({ length: 8 }, () => random.between(-0.1, 0.1));
    code[i % 2]! += 1;
    const picture = { widthPx: 1, heightPx: 1, data: new Uint8Array(3) };
    return {
      ...{ id: `picture ${i}`, group: `track ${i >> 2}`, picture, code },
      ...{ label, answer: label, probability: 0.9 },
    };
  });
}

test('a wrong label that neighbours of other tracks and the network speak against is a suspect, a right one is not', () => {
  const all = pictures();
  for (const i of [10, 31]) all[i]!.label = all[i]!.label === 'stop' ? 'yield' : 'stop';
  const found = suspectsOf(all, new CodeIndex(all));
  expect(found.map(({ index }) => index).sort((a, b) => a - b)).toEqual([10, 31]);
  expect(found[0]!.rather).toBe(all[found[0]!.index]!.answer);
});

test('a mistake of the network among neighbours of the right label is no suspect, but a mistake with its nearest pictures', () => {
  const all = pictures();
  all[20]!.answer = 'yield';
  const { suspects, mistakes, accuracy, nearestIsRight } = findAlike(all, all);
  expect(suspects).toEqual([]);
  expect(mistakes.map(({ index }) => index)).toEqual([20]);
  const near = mistakes[0]!.alike.map(({ index }) => all[index]!);
  expect(near.every(({ group, label }) => group !== 'track 5' && label === 'stop')).toBe(true);
  expect(accuracy).toBeCloseTo(79 / 80);
  expect(nearestIsRight).toBe(1);
});

test('a whole track of the same code still has neighbours of other tracks', () => {
  const all = pictures();
  for (const one of all) if (all.indexOf(one) < 70) one.group = 'track 0';
  expect(new CodeIndex(all).alike(all[0]!, 3).map(({ index }) => index >= 70)).toEqual([
    true,
    true,
    true,
  ]);
});
