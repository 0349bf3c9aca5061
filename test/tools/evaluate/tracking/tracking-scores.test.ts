import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign, type Candidate } from '../../../../tools/evaluate/tracking/assign.js';
import { clearMotScores } from '../../../../tools/evaluate/tracking/clear-mot.js';
import type {
  FrameOverlaps,
  IdentifiedBox,
  TrackedFrame,
} from '../../../../tools/evaluate/tracking/frame-overlaps.js';
import { hotaScores } from '../../../../tools/evaluate/tracking/hota.js';
import { identityScores } from '../../../../tools/evaluate/tracking/identity-scores.js';
import { trackingScores } from '../../../../tools/evaluate/tracking/tracking-scores.js';

/** A box of 10 x 10 px at `x`. */
const box = (id: number, x: number, className = 'car'): IdentifiedBox => ({
  id,
  className,
  boxXyxyPx: [x, 0, x + 10, 10],
});
const frame = (truth: IdentifiedBox[], found: IdentifiedBox[]): TrackedFrame => ({ truth, found });

describe('by hand', () => {
  test('a tracker that is right in everything has 1 in everything', () => {
    const frames = [0, 1, 2].map((t) =>
      frame([box(1, t), box(2, 50 + t)], [box(8, t), box(9, 50 + t)]),
    );
    expect(trackingScores(frames)).toMatchObject({
      mota: 1,
      motp: 1,
      idf1: 1,
      hota: expect.closeTo(1, 12),
      idSwitches: 0,
    });
  });

  test('one that finds nothing has 0, and one that sees what is not there falls below', () => {
    const blind = [frame([box(1, 0)], [])];
    expect(trackingScores(blind)).toMatchObject({ mota: 0, idf1: 0, hota: 0, misses: 1 });
    const dreaming = [frame([box(1, 0)], [box(1, 30), box(2, 60)])];
    expect(trackingScores(dreaming)).toMatchObject({ mota: -2, idf1: 0, hota: 0 });
  });

  test('an object whose track changes its id half-way', () => {
    // One object in four frames, found exactly, as track 1 twice and as track 2 twice.
    const frames = [1, 1, 2, 2].map((id) => frame([box(7, 0)], [box(id, 0)]));
    const scores = trackingScores(frames);
    // One switch in four true boxes.
    expect(scores.mota).toBeCloseTo(3 / 4, 12);
    // One of the two tracks is the object's: two boxes right, of four true and four found.
    expect(scores.idf1).toBeCloseTo((2 * 2) / (4 + 4), 12);
    // Every box has TPA 2, FNA 2 and FPA 0: AssA is 2 / 4 at every IoU; DetA is 1.
    expect(scores.detA).toBeCloseTo(1, 12);
    expect(scores.assA).toBeCloseTo(1 / 2, 12);
    expect(scores.hota).toBeCloseTo(Math.SQRT1_2, 12);
  });

  test('a box that lies off counts as found up to its IoU', () => {
    // Shifted by 2.5 px of 10: IoU 7.5 / 12.5 = 0.6, reached at 12 of the 19 least IoUs.
    const scores = trackingScores([frame([box(1, 0)], [box(1, 2.5)])]);
    expect(scores.motp).toBeCloseTo(0.6, 12);
    expect(scores.hota).toBeCloseTo(12 / 19, 12);
  });

  test('who was together stays together, though another would lie closer', () => {
    const frames = [
      frame([box(1, 0)], [box(5, 0)]),
      // IoU 0.54 with its own track, 1 with a new one: no switch, one false positive.
      frame([box(1, 3)], [box(5, 0), box(6, 3)]),
    ];
    expect(trackingScores(frames)).toMatchObject({ idSwitches: 0, falsePositives: 1, mota: 0.5 });
  });

  test('a box of another class is none', () => {
    const frames = [frame([box(1, 0, 'car')], [box(1, 0, 'truck')])];
    expect(trackingScores(frames)).toMatchObject({ misses: 1, falsePositives: 1, hota: 0 });
  });
});

/**
 * The example of py-motmetrics' README: three frames by their distances, and the numbers that it prints for them: MOTA 50.0 %,
 * MOTP 0.340 (a distance), IDF1 83.3 %, one miss, one false positive, one switch.
 */
test('gives what py-motmetrics gives for its own example', () => {
  const frames: FrameOverlaps[] = [
    {
      truthIds: [1, 2],
      foundIds: [1, 2, 3],
      overlaps: [
        { truth: 0, found: 0, iou: 1 - 0.1 },
        { truth: 0, found: 2, iou: 1 - 0.3 },
        { truth: 1, found: 0, iou: 1 - 0.5 },
        { truth: 1, found: 1, iou: 1 - 0.2 },
        { truth: 1, found: 2, iou: 1 - 0.3 },
      ],
    },
    {
      truthIds: [1, 2],
      foundIds: [1],
      overlaps: [
        { truth: 0, found: 0, iou: 1 - 0.2 },
        { truth: 1, found: 0, iou: 1 - 0.4 },
      ],
    },
    {
      truthIds: [1, 2],
      foundIds: [1, 3],
      overlaps: [
        { truth: 0, found: 0, iou: 1 - 0.6 },
        { truth: 0, found: 1, iou: 1 - 0.2 },
        { truth: 1, found: 0, iou: 1 - 0.1 },
        { truth: 1, found: 1, iou: 1 - 0.6 },
      ],
    },
  ];
  const clear = clearMotScores(frames, 0.1);
  expect(clear).toMatchObject({ misses: 1, falsePositives: 1, idSwitches: 1, truth: 6 });
  expect(clear.mota).toBeCloseTo(0.5, 12);
  expect(1 - clear.motp).toBeCloseTo(0.34, 12);
  expect(identityScores(frames, 0.1).idf1).toBeCloseTo(0.833, 3);
});

/** The best sum over every way to put rows and columns together. */
function bestByTrying(candidates: readonly Candidate[]): number {
  const [first, ...rest] = candidates;
  if (first === undefined) return 0;
  const free = rest.filter(({ row, column }) => row !== first.row && column !== first.column);
  return Math.max(bestByTrying(rest), first.weight + bestByTrying(free));
}

const someFrames = fc.array(
  fc.record({
    truth: fc.uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ max: 12, min: 0 })),
      {
        selector: ([id]) => id,
        maxLength: 4,
      },
    ),
    found: fc.uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ max: 12, min: 0 })),
      {
        selector: ([id]) => id,
        maxLength: 4,
      },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);
const iouOf = (a: number, b: number) =>
  Math.abs(a - b) >= 10 ? 0 : (10 - Math.abs(a - b)) / (10 + Math.abs(a - b));

describe('against the definitions, tried out in full', () => {
  test('no way to put rows and columns together is worth more', () => {
    const some = fc.uniqueArray(
      fc.record({
        row: fc.integer({ min: 0, max: 4 }),
        column: fc.integer({ min: 0, max: 4 }),
        weight: fc.integer({ min: 1, max: 50 }),
      }),
      { selector: ({ row, column }) => row * 10 + column, maxLength: 12 },
    );
    fc.assert(
      fc.property(some, (candidates) => {
        const pairs = assign(candidates);
        expect(new Set(pairs.map(({ row }) => row)).size).toBe(pairs.length);
        expect(new Set(pairs.map(({ column }) => column)).size).toBe(pairs.length);
        const sum = pairs.reduce((total, { weight }) => total + weight, 0);
        expect(sum).toBe(bestByTrying(candidates));
      }),
      { numRuns: 300 },
    );
  });

  test('IDF1 is the best over all ways to give objects their tracks', () => {
    const ways = permutations([0, 1, 2, 3]);
    fc.assert(
      fc.property(someFrames, (frames) => {
        const boxes = frames.reduce((n, { truth, found }) => n + truth.length + found.length, 0);
        fc.pre(boxes > 0);
        const rightOf = (trackOf: readonly number[]) =>
          frames.reduce((right, { truth, found }) => {
            const places = new Map(found);
            const hits = truth.filter(([id, x]) => {
              const place = places.get(trackOf[id]!);
              return place !== undefined && iouOf(x, place) >= 0.5 - 1e-9;
            });
            return right + hits.length;
          }, 0);
        const best = Math.max(...ways.map(rightOf));
        const scores = trackingScores(frames.map(framed));
        expect(scores.idf1).toBeCloseTo((2 * best) / boxes, 12);
      }),
      { numRuns: 150 },
    );
  });

  test('HOTA is what its paper defines, with every matching tried out', () => {
    fc.assert(
      fc.property(someFrames, (frames) => {
        fc.pre(frames.some(({ truth }) => truth.length > 0));
        expect(trackingScores(frames.map(framed)).hota).toBeCloseTo(hotaByTrying(frames), 9);
      }),
      { numRuns: 150 },
    );
  });

  test('the order of boxes in a frame does not matter', () => {
    fc.assert(
      fc.property(someFrames, (frames) => {
        const turned = frames.map(({ truth, found }) => ({
          truth: truth.toReversed(),
          found: found.toReversed(),
        }));
        const [a, b] = [frames, turned].map((one) => trackingScores(one.map(framed)));
        expect(b!.idf1).toBeCloseTo(a!.idf1, 12);
        expect(b!.truth).toBe(a!.truth);
      }),
      { numRuns: 50 },
    );
  });
});

type SomeFrame = { truth: [number, number][]; found: [number, number][] };
const framed = ({ truth, found }: SomeFrame): TrackedFrame =>
  frame(
    truth.map(([id, x]) => box(id, x)),
    found.map(([id, x]) => box(id, x)),
  );

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value) =>
    permutations(values.filter((other) => other !== value)).map((rest) => [value, ...rest]),
  );
}

/** Word by word from the paper: dense sums, and of all matchings of a frame the first with the best sum. */
function hotaByTrying(frames: readonly SomeFrame[]): number {
  const ids = [0, 1, 2, 3];
  const truthCount = ids.map(
    (id) => frames.filter(({ truth }) => truth.some(([t]) => t === id)).length,
  );
  const foundCount = ids.map(
    (id) => frames.filter(({ found }) => found.some(([f]) => f === id)).length,
  );
  const soft = ids.map(() => ids.map(() => 0));
  for (const { truth, found } of frames)
    for (const [t, x] of truth)
      for (const [f, y] of found) {
        const own = iouOf(x, y);
        const row = found.reduce((sum, [, place]) => sum + iouOf(x, place), 0);
        const column = truth.reduce((sum, [, place]) => sum + iouOf(place, y), 0);
        if (own > 0) soft[t]![f]! += own / (row + column - own);
      }
  const jaccard = ids.map((t) =>
    ids.map((f) => soft[t]![f]! / Math.max(1e-12, truthCount[t]! + foundCount[f]! - soft[t]![f]!)),
  );
  const matches = frames.flatMap(({ truth, found }) => {
    const pairs: { row: number; column: number; weight: number; iou: number }[] = [];
    for (const [t, x] of truth)
      for (const [f, y] of found) {
        const iou = iouOf(x, y);
        if (iou > 0) pairs.push({ row: t, column: f, weight: iou * jaccard[t]![f]!, iou });
      }
    // Ties are settled as the code settles them: which of two equal matchings is taken is not defined.
    const chosen = assign(pairs);
    const sum = chosen.reduce((total, { weight }) => total + weight, 0);
    expect(sum).toBeCloseTo(bestByTrying(pairs), 9);
    return chosen.map(({ row, column }) => ({
      t: row,
      f: column,
      iou: pairs.find((pair) => pair.row === row && pair.column === column)!.iou,
    }));
  });
  const all = [...truthCount, ...foundCount].reduce((sum, count) => sum + count, 0);
  let total = 0;
  for (let step = 1; step <= 19; step++) {
    const right = matches.filter(({ iou }) => iou >= step / 20 - 1e-9);
    const associations = right.map(({ t, f }) => {
      const tpa = right.filter((other) => other.t === t && other.f === f).length;
      const fna = truthCount[t]! - tpa;
      const fpa = foundCount[f]! - tpa;
      return tpa / (tpa + fna + fpa);
    });
    const detA = right.length / (all - right.length);
    const assA = associations.reduce((sum, one) => sum + one, 0) / Math.max(1, right.length);
    total += Math.sqrt(detA * assA);
  }
  return total / 19;
}

test('a long drive of many objects is scored in moments, not hours', () => {
  const frames = Array.from({ length: 2000 }, (_, t) => {
    const ids = Array.from({ length: 8 }, (_, k) => Math.floor(t / 20) * 8 + k);
    return frame(
      ids.map((id, k) => box(id, k * 40 + (t % 20))),
      ids.map((id, k) => box(id, k * 40 + (t % 20) + 1)),
    );
  });
  const scores = trackingScores(frames);
  expect(scores.idf1).toBe(1);
  expect(scores.truth).toBe(16_000);
  expect(hotaScores([]).hota).toBe(0);
});
