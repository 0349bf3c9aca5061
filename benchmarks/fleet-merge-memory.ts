// Memory of a merge: name and key of each unit, and three sums per drive and score.
//
//     node --expose-gc dist/benchmarks/fleet-merge-memory.js [--drives 1000000]
//
// The drives are generated; each has all scores and equals its reference. Prints one JSON object.
import { parseArgs } from 'node:util';
import { mulberry32 } from '../src/bundle/golden.js';
import { FleetScores } from '../tools/fleet/merge/fleet-scores.js';
import type { UnitRecord } from '../tools/fleet/work/unit-record.js';
import { namedScores } from '../tools/verdict/truth/truth-scores.js';

const { values: options } = parseArgs({
  options: { drives: { type: 'string', default: '1000000' } },
});
const drives = Number(options.drives);
const random = mulberry32(1);
const scoreNames = Object.keys(namedScores);

const before = heldBytes();
const units = new Map<string, string>();
const scores = new FleetScores();
for (let place = 0; place < drives; place++) {
  const record = recordOf(place);
  units.set(record.name, record.key);
  scores.add(record, record);
}
const held = heldBytes() - before;
console.log(
  JSON.stringify({
    drives,
    scores: scoreNames.length,
    units: units.size,
    heldMB: Math.round(held / 1e6),
    bytesADrive: Math.round(held / drives),
    residentMB: Math.round(process.memoryUsage.rss() / 1e6),
  }),
);

function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function recordOf(place: number): UnitRecord {
  const name = `2026-03/vehicle-${place % 500}/drive-${place}`;
  const key = place.toString(16).padStart(32, '0');
  return {
    ...{ format: 1, key, run: 'run', name, drive: name, piece: null, span: null },
    identity: { sizeBytes: 1, edgesSha256: key },
    frames: { published: 1200, dropped: {} },
    results: { sizeBytes: 1, sha256: key },
    truth: {
      frames: 1200,
      scores: Object.fromEntries(scoreNames.map((score) => [score, random()])),
    },
  };
}
