import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { onCircle } from '../../page/drawing/draw-path.js';
import { TimelineBuilder } from '../../page/player/timeline-builder.js';
import { differencesOf, mapDifferenceShare } from '../../page/rerun/differences.js';
import { describeFrame } from '../../page/view/describe-frame.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';

const signIds: Record<string, number> = { '': -1, yield: 13, stop: 14 };
const car = { classId: 0, className: 'car', score: 0.9, trackId: 1 };
const box = (xMin: number) => ({ xMin, yMin: 10, xMax: xMin + 40, yMax: 50 });
const frame = (boxes: number[], angleRad = 0, className = 'stop') =>
  create(PerceptionFrameSchema, {
    detections: boxes.map((xMin) => ({ ...car, boxPx: box(xMin) })),
    signs: [{ classId: signIds[className]!, className, boxPx: box(500) }],
    steering: { angleRad },
  });

test('a box that moved a little is the same, one elsewhere is missing and new', () => {
  expect(differencesOf(frame([100]), frame([104]))).toEqual([]);
  expect(differencesOf(frame([100]), frame([300]))).toEqual(['car is missing', 'car is new']);
  expect(differencesOf(frame([]), frame([100, 300, 500]))).toEqual(['car is new (3)']);
});

test('signs that are read otherwise and angles that differ are told', () => {
  expect(differencesOf(frame([]), frame([], 0.05, 'yield'))).toEqual([
    'sign: stop became yield',
    'steering 2.9°',
  ]);
  expect(differencesOf(frame([]), frame([], 0, ''))).toEqual(['sign: stop became not read']);
});

test('lights that are read otherwise are told', () => {
  const lit = (className: string, ...labels: string[]) =>
    create(PerceptionFrameSchema, {
      lights: [
        {
          ...{ classId: className === '' ? -1 : 1, className, boxPx: box(500) },
          labels: labels.map((name) => ({ name })),
        },
      ],
    });
  expect(differencesOf(lit('red'), lit('red'))).toEqual([]);
  expect(differencesOf(lit('red'), lit('green'))).toEqual(['light: red became green']);
  expect(differencesOf(lit('', 'red', 'left'), lit(''))).toEqual([
    'light: red+left became not read',
  ]);
  expect(describeFrame(lit('green'))).toBe('Frame 0; nothing found; lights: green');
});

test('class maps of other sizes or with other class numbers are told as what they are', () => {
  const mapped = (widthPx: number, classNames: string[], runClasses: number[]) =>
    create(PerceptionFrameSchema, {
      segmentation: {
        ...{ widthPx, heightPx: 1, classNames },
        ...{ runLengths: [widthPx - 4, 4], runClasses: Uint8Array.from(runClasses) },
      },
    });
  const a = mapped(10, ['road', 'sky'], [0, 1]);
  expect(differencesOf(a, mapped(10, ['sky', 'tree', 'road'], [2, 0]))).toEqual([]);
  expect(differencesOf(a, mapped(10, ['sky', 'road'], [0, 1]))).toEqual(['class map 100.0 %']);
  expect(differencesOf(a, mapped(20, ['road', 'sky'], [0, 1]))).toEqual([
    'class map of 20x1 instead of 10x1',
  ]);
});

test('class maps are compared by their runs', () => {
  const map = (runLengths: number[], runClasses: number[]) => ({
    widthPx: 10,
    heightPx: 1,
    runLengths,
    runClasses,
  });
  expect(mapDifferenceShare(map([4, 6], [0, 1]), map([4, 6], [0, 1]))).toBe(0);
  expect(mapDifferenceShare(map([4, 6], [0, 1]), map([5, 5], [0, 1]))).toBeCloseTo(0.1);
  expect(mapDifferenceShare(map([10], [0]), map([2, 3, 5], [1, 0, 2]))).toBeCloseTo(0.7);
});

test('a track that is seen again soon is one bar, later it is another', () => {
  const timeline = new TimelineBuilder(1_000_000_000n);
  for (const ms of [0, 50, 100, 5000])
    timeline.addResult(1_000_000_000n + BigInt(ms) * 1_000_000n, frame([100]));
  const tracks = timeline.lanes().find(({ id }) => id === 'tracks')!;
  expect(tracks.spans).toEqual([
    { startS: 0, endS: 0.1, label: 'car 1', colour: '#4cc9f0' },
    { startS: 5, endS: 5, label: 'car 1', colour: '#4cc9f0' },
  ]);
});

test('a path of positive curvature leads to the left, on its circle', () => {
  const [forwardM, leftM] = onCircle(10, 0.05, 0);
  expect(leftM).toBeGreaterThan(0);
  expect(Math.hypot(forwardM, leftM - 20)).toBeCloseTo(20);
  expect(onCircle(10, 0, 0.9)).toEqual([10, 0.9]);
});
