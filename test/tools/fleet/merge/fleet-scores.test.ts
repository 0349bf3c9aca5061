import { expect, test } from 'vitest';
import { FleetScores } from '../../../../tools/fleet/merge/fleet-scores.js';
import type { UnitRecord } from '../../../../tools/fleet/work/unit-record.js';

const unit = (drive: string, scores: Record<string, number>): UnitRecord => ({
  ...{ format: 1, key: drive, run: 'r', name: drive, drive, piece: null },
  identity: { sizeBytes: 1, edgesSha256: '' },
  frames: { published: 10, dropped: {} },
  span: null,
  results: { sizeBytes: 1, sha256: '' },
  truth: { frames: 10, scores },
});

test('scores and their bounds are the same in whatever order units were read', () => {
  const units = Array.from({ length: 12 }, (_, place) =>
    unit(`drive-${place}`, place === 0 ? { hota: 0.3, mAP50: 0.5 } : { mAP50: (place % 5) / 5 }),
  );
  const told = (order: readonly UnitRecord[]) => {
    const scores = new FleetScores();
    for (const one of order) scores.add(one, undefined);
    return scores.scores();
  };
  const forwards = told(units);
  expect(forwards.map(({ name, drives }) => [name, drives])).toEqual([
    ['mAP50', 12],
    ['hota', 1],
  ]);
  expect(told(units.toReversed())).toEqual(forwards);
  expect(told([...units.slice(5), ...units.slice(0, 5)])).toEqual(forwards);
});
