import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { encodeRunLengths } from '../../../../src/perception/segmentation/run-lengths.js';
import { MapLookUp } from '../../../../src/preprocess/map-look-up.js';
import { interestOf } from '../../../../tools/fleet/mine/interest.js';
import { noveltyOf } from '../../../../tools/fleet/mine/novelty.js';
import { Rarity } from '../../../../tools/fleet/mine/rarity.js';
import { inputSpec } from '../../../support/frames.js';

const [widthPx, heightPx] = [192, 108];
const lookUp = new MapLookUp(inputSpec({ widthPx: 96, heightPx: 54 }), undefined);

/** A frame whose class map calls the left half a car, with boxes of cars. */
function frameWith(boxes: [number, number, number, number][], score = 0.9) {
  const map = Uint8Array.from({ length: 96 * 54 }, (_, i) => (i % 96 < 48 ? 1 : 0));
  const { runLengths, runClasses } = encodeRunLengths(map);
  return create(PerceptionFrameSchema, {
    widthPx,
    heightPx,
    detections: boxes.map(([xMin, yMin, xMax, yMax]) => ({
      className: 'car',
      score,
      boxPx: { xMin, yMin, xMax, yMax },
    })),
    segmentation: {
      widthPx: 96,
      heightPx: 54,
      runLengths: [...runLengths],
      runClasses,
      classNames: ['road', 'car'],
      classShares: [0.5, 0.5],
    },
  });
}

const detection = (frame: ReturnType<typeof frameWith>) =>
  interestOf.detection(frame, { lookUp, readings: new Map() });

describe('class map against boxes', () => {
  test('agree where a box lies on the car of the map', () => {
    expect(detection(frameWith([[0, 0, 96, 108]])).disagreement).toBe(0);
  });
  test('differ by what the map sees and no box covers', () => {
    expect(detection(frameWith([[0, 0, 48, 108]])).disagreement).toBeCloseTo(0.25, 6);
    expect(detection(frameWith([])).disagreement).toBeCloseTo(0.5, 6);
  });
  test('differ by a box that lies where the map sees none', () => {
    const boxes: [number, number, number, number][] = [
      [0, 0, 96, 108],
      [96, 0, 192, 54],
    ];
    expect(detection(frameWith(boxes)).disagreement).toBeCloseTo(0.25, 6);
  });
});

test('boxes are uncertain by what is missing to 1, and told by class', () => {
  const { uncertain, labels } = detection(
    frameWith(
      [
        [0, 0, 9, 9],
        [0, 0, 20, 10],
      ],
      0.75,
    ),
  );
  expect(uncertain).toBeCloseTo(0.5, 6);
  expect([...labels]).toEqual([['car', 200]]);
});

test('a sign that is read otherwise than before on its track is a disagreement; a remembered one is no reading', () => {
  const readings = new Map();
  const frame = (className: string, more = {}) =>
    create(PerceptionFrameSchema, {
      signs: [{ classId: 1, className, probability: 0.9, trackId: 4, ...more }],
    });
  const signs = (one: ReturnType<typeof frame>) => interestOf.signs(one, { lookUp, readings });
  expect(signs(frame('stop')).disagreement).toBe(0);
  expect(signs(frame('stop')).disagreement).toBe(0);
  expect(signs(frame('yield')).disagreement).toBe(1);
  expect(signs(frame('stop')).disagreement).toBeCloseTo(1 / 3, 6);
  expect(signs(frame('yield', { isRemembered: true }))).toMatchObject({
    uncertain: 0,
    disagreement: 0,
  });
  expect(signs(frame('', { classId: -1, probability: 0.4 })).uncertain).toBe(1);
});

test('a label is as rare as the units that have it are few', () => {
  const rarity = new Rarity(10);
  const at = (drive: string) => ({ unit: drive, drive, stampNs: 0n, timeS: 0 });
  for (const drive of ['a', 'b', 'c', 'd'])
    rarity.addUnit([['car', at(drive)], ...(drive === 'c' ? [['bus', at('c')] as const] : [])] as [
      string,
      ReturnType<typeof at>,
    ][]);
  expect([...rarity.candidates()]).toEqual([
    { ...at('c'), reason: 'rare', score: 2, label: 'bus' },
  ]);
});

describe('novelty', () => {
  const dims = 8;
  const drive = (name: string, values: number[], stepS = 1) => ({
    ...{ maker: 'm', drive: name, location: name, dims, thumbnails: [] },
    timesS: Float64Array.from(values, (_, place) => place * stepS),
    codes: Float32Array.from(values.flatMap((value) => [value, ...Array(dims - 1).fill(0)])),
  });
  test('is the distance to the nearest frame of another drive', () => {
    const novel = noveltyOf([drive('a', [0, 5]), drive('b', [0.25, 1])]);
    expect(novel.get('a')).toEqual([
      { timeS: 0, distance: 0.25 },
      { timeS: 1, distance: 4 },
    ]);
  });
  test('of a drive with several files of codes, as of its pieces, is that to other drives alone', () => {
    const [first, second] = [drive('a', [0, 5]), drive('a', [0.01, 5.01])];
    second.timesS = second.timesS.map((timeS) => timeS + 2);
    const novel = noveltyOf([second, drive('b', [1]), first]).get('a')!;
    expect(novel.map(({ timeS }) => timeS)).toEqual([0, 1, 2, 3]);
    expect(novel.map(({ distance }) => distance)).toEqual(
      [1, 4, 0.99, 4.01].map((distance) => expect.closeTo(distance, 5)),
    );
  });
  test('of one drive alone is that to another time', () => {
    // The second frame is beside the first; the third is far in time and in looks.
    const novel = noveltyOf([drive('a', [0, 0.1, 3, 0.2], 40)]).get('a')!;
    expect(novel.map(({ distance }) => distance)).toEqual([
      expect.closeTo(0.2, 5),
      expect.closeTo(0.1, 5),
      expect.closeTo(2.8, 5),
      expect.closeTo(0.1, 5),
    ]);
  });
});
