import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRuns } from '../../verdict/compare-runs.js';
import { type JudgedFinding, judge, type Rules } from '../../verdict/rules.js';
import { unitFiles } from '../plan/unit.js';
import type { Store } from '../store/store.js';
import type { UnitRecord } from '../work/unit-record.js';

/** Results of one unit in two runs. */
export interface UnitPair {
  candidate: { store: Store; record: UnitRecord };
  reference: { store: Store; record: UnitRecord };
}

/** Also two pieces without a frame: whatever else their files hold, there are no results to compare. */
export const areIdentical = ({ candidate, reference }: UnitPair): boolean =>
  candidate.record.results.sha256 === reference.record.results.sha256 ||
  candidate.record.frames.published + reference.record.frames.published === 0;

/** Differences between the results of a unit, judged by the rules. Rejects as compareRuns does. */
export async function compareUnit(pair: UnitPair, rules: Rules): Promise<JudgedFinding[]> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-merge-'));
  try {
    const local = async (side: 'candidate' | 'reference') => {
      const { store, record } = pair[side];
      const own = join(dir, side);
      await mkdir(own);
      return store.local(unitFiles(record.key).results, own);
    };
    const paths = [await local('reference'), await local('candidate')] as const;
    // The two runs may come from different machines, whose bytes may differ; so the contents are compared.
    const { findings } = await compareRuns(...paths, { ...rules, exact: 'never' });
    return judge(findings, rules);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
