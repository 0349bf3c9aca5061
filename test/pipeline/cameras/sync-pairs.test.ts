import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SyncedSet, SyncPairs } from '../../../src/pipeline/cameras/sync-pairs.js';

const toleranceNs = 10n;

function pairsOf(cameras: readonly string[]) {
  const sets: SyncedSet[] = [];
  const pairs = new SyncPairs(cameras, toleranceNs, (set) => sets.push(set));
  const take = (camera: string, frameId: number, timeNs: number) =>
    pairs.take({ camera, frameId, timeNs: BigInt(timeNs) });
  const shown = () => sets.map(({ members, missing }) => [members.map(name).join(' '), ...missing]);
  return { pairs, sets, take, shown };
}

const name = ({ camera, frameId }: { camera: string; frameId: number }) => `${camera}${frameId}`;

describe('results of a sync group', () => {
  test('are paired within the tolerance, and a missing partner is counted', () => {
    const { pairs, take, shown } = pairsOf(['front', 'rear']);
    take('front', 0, 0);
    expect(shown()).toEqual([]);
    take('rear', 0, 4);
    take('front', 1, 50);
    take('front', 2, 100);
    take('rear', 1, 104);
    expect(shown()).toEqual([['front0 rear0'], ['front1', 'rear'], ['front2 rear1']]);
    expect(pairs.counts).toEqual({
      complete: 2,
      incomplete: 1,
      missing: { front: 0, rear: 1 },
      largestOffsetMs: 4e-6,
    });
  });

  test('do not wait for a camera that has ended, nor longer than they may', () => {
    const { pairs, take, shown } = pairsOf(['front', 'rear']);
    take('front', 0, 0);
    take('front', 1, 50);
    pairs.expire(20n);
    expect(shown()).toEqual([['front0', 'rear']]);
    pairs.end('rear');
    expect(shown()).toEqual([
      ['front0', 'rear'],
      ['front1', 'rear'],
    ]);
  });

  test('stand in exactly one set each, whose members are within the tolerance of its first', () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 40 })),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const { pairs, sets, take } = pairsOf(['a', 'b', 'c']);
        const timeNs: Record<string, number> = { a: 0, b: 0, c: 0 };
        const given = taken.map(([camera, stepNs], frameId) => {
          timeNs[camera]! += stepNs;
          take(camera, frameId, timeNs[camera]!);
          return `${camera}${frameId}`;
        });
        for (const camera of ['a', 'b', 'c']) pairs.end(camera);
        const seen = sets.flatMap(({ members }) => members.map(name));
        expect(seen.toSorted()).toEqual(given.toSorted());
        for (const { members, missing } of sets) {
          expect(members.length + missing.length).toBe(3);
          const times = members.map((member) => Number(member.timeNs));
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(Number(toleranceNs));
        }
        expect(pairs.counts.complete + pairs.counts.incomplete).toBe(sets.length);
      }),
    );
  });
});
