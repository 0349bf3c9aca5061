import type { RunReport } from '../run-report.js';
import type { SyncCounts } from './sync-pairs.js';

/** What a run of several cameras did, as `--json` prints it. */
export interface RigReport {
  /** By camera. Lanes and outputs are shared and reported below. */
  cameras: Record<string, Omit<RunReport, 'outputs' | 'lanes' | 'lanePlan' | 'pacing'>>;
  /** By sync group: sets of results that belong together. */
  sync: Record<string, SyncCounts & { cameras: readonly string[] }>;
  /** How the cameras were aligned in time. */
  commonTime: 'stamps' | 'start' | 'live';
  pacing: RunReport['pacing'];
  lanes: RunReport['lanes'];
  lanePlan: RunReport['lanePlan'];
  /** Topics are counted over all cameras if an output does not separate them. */
  outputs: RunReport['outputs'];
}
