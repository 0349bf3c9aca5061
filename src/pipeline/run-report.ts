import type { PublishCount } from '../outputs/publish-count.js';
import type { DropCounts } from './drop-counts.js';
import type { PlannedLanes } from './lane-plan.js';
import type { LatencySummary } from './latency-histogram.js';
import type { StageReport } from './run-statistics.js';

/** What a run did, as `--json` prints it. Durations in milliseconds. */
export interface RunReport {
  source: {
    name: string;
    widthPx: number;
    heightPx: number;
    nominalRateHz: number | null;
    /** How the source ended: `ended`, `failed`, or `stopped` by the user. */
    end: 'ended' | 'failed' | 'stopped';
  };
  pacing: 'realtime' | 'lockstep';
  /** Empty if there is no calibration. */
  calibrationSha256: string;
  frames: { in: number; published: number; dropped: number; drops: DropCounts };
  /** From the first published frame to the last. */
  publishedRateHz: number;
  /** From capture (for a recorded frame, the moment it was due) to the result's hand-over. */
  glassToResultMs: LatencySummary;
  /** From the same moment to the steering angle's hand-over on its own topic, which waits for no other stage. */
  glassToSteeringMs: LatencySummary;
  /** The main thread's own work for a frame: fusing, serialising, handing over. */
  fuseAndPublishMs: LatencySummary;
  /** From the start of the process to the first published result; null when none was. */
  firstResultMs: number | null;
  stages: Record<string, StageReport>;
  lanes: {
    name: string;
    provider: string;
    /** What turns frames into tensors: `wasm-simd`, `typescript`, or `device` (the provider itself). */
    preprocessedBy: string;
    restarts: number;
    /** From its start until it took frames; of which `warmUpMs` for tables and a first run of each stage. */
    readyMs: number;
    warmUpMs: number;
  }[];
  /** Which stages share a lane, and the measured times if the lanes were planned. */
  lanePlan: PlannedLanes;
  /** Changes of mode, and published frames by mode; `full` is full operation. */
  modes: { changes: number; frames: Record<string, number> };
  bundles: { task: string; version: string; networkSha256: string; isCertified: boolean }[];
  health: string[];
  /** Every output: its kind, its destination, and the messages that it took and lost, by topic. */
  outputs: { name: string; place: string; topics: Record<string, PublishCount> }[];
}
