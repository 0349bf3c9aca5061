import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../../src/bundle/golden.js';
import { PerceptionFrameSchema } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { DriveWords } from '../../../../tools/similar/events/drive-words.js';
import { nearWords, sentenceCoder } from '../../../../tools/similar/events/sentence-code.js';
import {
  learnWords,
  pairGradients,
  skipGramDefaults,
} from '../../../../tools/similar/events/skip-gram.js';

test('the gradients of a pair are what small steps of the loss say', () => {
  const [dims, rows] = [4, 5];
  const random = mulberry32(3);
  const [inward, outward] = [0, 1].map(() =>
    Float32Array.from({ length: dims * rows }, () => random() * 2 - 1),
  ) as [Float32Array, Float32Array];
  const [centre, others] = [2, [0, 3, 4]] as const;
  const slopes = new Float32Array(others.length);
  const centreGradient = new Float32Array(dims);
  const loss = () =>
    pairGradients(inward, outward, centre, others, new Float32Array(3), new Float32Array(dims));
  pairGradients(inward, outward, centre, others, slopes, centreGradient);
  const step = 1e-2;
  const measured = (values: Float32Array, at: number) => {
    const kept = values[at]!;
    values[at] = kept + step;
    const above = loss();
    values[at] = kept - step;
    const below = loss();
    values[at] = kept;
    return (above - below) / (2 * step);
  };
  for (let d = 0; d < dims; d++) {
    expect(centreGradient[d]).toBeCloseTo(measured(inward, centre * dims + d), 3);
    for (const [place, other] of others.entries())
      expect(slopes[place]! * inward[centre * dims + d]!).toBeCloseTo(
        measured(outward, other * dims + d),
        3,
      );
  }
});

/** A town and a motorway: what belongs to either is never in the other's company. */
const town = ['building:much', 'people:some', 'sign:give way', 'light:red', 'meets:cyclist'];
const motorway = ['fence:some', 'drives:straight', 'sign:130', 'meets:truck', 'people:none'];
function minutes(): string[][] {
  const random = mulberry32(9);
  return Array.from({ length: 60 }, (_, minute) => {
    const company = minute % 2 === 0 ? town : motorway;
    return Array.from({ length: 14 }, () => company[Math.floor(random() * company.length)]!);
  });
}
const quick = { ...skipGramDefaults, pairs: 30_000 };

describe('learnWords', () => {
  test('lays close what is in the same company, and the same numbers come again', () => {
    const learnt = learnWords(minutes(), quick);
    expect(learnWords(minutes(), quick)).toEqual(learnt);
    expect(learnWords(minutes(), { ...quick, seed: 2 }).vectors).not.toEqual(learnt.vectors);
    for (const company of [town, motorway])
      for (const word of company) {
        const near = nearWords(learnt, word, company.length - 1).map((other) => other.word);
        expect(near.sort(), word).toEqual(company.filter((other) => other !== word).sort());
      }
  });

  test('minutes of one kind lie closer than those of two', () => {
    const code = sentenceCoder(learnWords(minutes(), quick));
    const distance = (a: string[], b: string[]) =>
      Math.hypot(...code(a)!.map((value, d) => value - code(b)![d]!));
    const within = distance(town.slice(0, 2), town.slice(2));
    expect(within).toBeLessThan(distance(town.slice(0, 2), motorway.slice(2)) * 0.8);
    expect(code(['never said'])).toBeUndefined();
  });

  test('a word that is said once, and a fleet that says nothing, are no fault', () => {
    expect(learnWords([['once', 'twice', 'twice']], quick).words).toEqual(['twice']);
    expect(learnWords([], quick).words).toEqual([]);
  });
});

test('a drive is said in words: what comes into sight once, what lasts when it changes', () => {
  const words = new DriveWords(10);
  const frame = (timeS: number, curvaturePerM: number, trackId: number) =>
    create(PerceptionFrameSchema, {
      sourceTimeNs: BigInt(Math.round(timeS * 1e9)),
      stages: [{ stage: 'detection' }],
      detections: [
        { className: 'car', trackId: 1 },
        { className: 'bus', trackId },
      ],
      signs: [{ classId: 14, className: 'stop', trackId: 7 }],
      segmentation: { classNames: ['building'], classShares: [0.4] },
      steering: { curvaturePerM },
      health: timeS > 2 ? ['dark'] : [],
    });
  words.add(frame(0, 0, 2));
  words.add(frame(0.5, 0, 2));
  words.add(frame(1.2, 0.01, 2));
  words.add(frame(2.2, -0.1, 3));
  words.add(frame(11, 0, 3));
  expect(words.end()).toEqual([
    {
      fromS: 0,
      words: [
        ...['vehicles:few', 'people:none', 'drives:straight', 'building:much'],
        ...['meets:bus', 'sign:stop', 'drives:bend-left', 'drives:turn-right'],
        ...['meets:bus', 'health:dark'],
      ],
    },
    {
      fromS: 10,
      words: [
        ...['vehicles:few', 'people:none', 'drives:straight', 'building:much'],
        ...['meets:bus', 'sign:stop', 'health:dark'],
      ],
    },
  ]);
});
