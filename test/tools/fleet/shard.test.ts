import { expect, test } from 'vitest';
import { parseShard, shardOf, unitsOfShard } from '../../../tools/fleet/plan/shard.js';

test('the index comes from the option, or from whatever engine runs the array', () => {
  expect(parseShard('2/8', {})).toEqual({ index: 2, count: 8 });
  expect(parseShard('/8', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 3, count: 8 });
  expect(parseShard('/8', { AWS_BATCH_JOB_ARRAY_INDEX: '0' })).toEqual({ index: 0, count: 8 });
  // Slurm counts from where the array begins, and says how many there are.
  const slurm = {
    SLURM_ARRAY_TASK_ID: '5',
    SLURM_ARRAY_TASK_MIN: '1',
    SLURM_ARRAY_TASK_COUNT: '8',
  };
  expect(shardOf(slurm)).toEqual({ index: 4, count: 8 });
  expect(shardOf({})).toBeUndefined();
});

test('what is missing or wrong is named', () => {
  expect(() => parseShard('/8', {})).toThrow(
    /expected the index of --shard \/8 in JOB_COMPLETION_INDEX, SLURM/,
  );
  expect(() => parseShard('8/8', {})).toThrow(/index below its count, found 8\/8/);
  expect(() => parseShard('2', {})).toThrow(/expected --shard as index\/count/);
  expect(() => parseShard('/8', { JOB_COMPLETION_INDEX: 'x' })).toThrow(
    /as a whole number, found "x"/,
  );
  expect(() => shardOf({ JOB_COMPLETION_INDEX: '3' })).toThrow(
    /Kubernetes says JOB_COMPLETION_INDEX=3: expected --shard/,
  );
});

test('shards share all units without one twice', () => {
  const units = Array.from({ length: 10 }, (_, i) => i);
  const shares = [0, 1, 2].map((index) => unitsOfShard(units, { index, count: 3 }));
  expect(shares.flat().sort((a, b) => a - b)).toEqual(units);
  expect(shares.map((share) => share.length)).toEqual([4, 3, 3]);
});
