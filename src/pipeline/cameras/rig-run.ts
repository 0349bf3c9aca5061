import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { nowNs } from '../../frame/clock.js';
import {
  type PerceptionFrame,
  SyncSetSchema,
} from '../../messages/gen/windshield/v1/perception_pb.js';
import { syncTopic } from '../../messages/topics.js';
import type { RunResult } from '../pipeline-options.js';
import type { PipelineRun } from '../pipeline-run.js';
import type { CommonTime } from './common-time.js';
import type { RigReport } from './rig-report.js';
import { type SyncedSet, SyncPairs } from './sync-pairs.js';

/** How long a live result waits for its partners, nanoseconds, and how often that is checked, milliseconds. */
const partnerWaitNs = 1_000_000_000n;
const partnerCheckMs = 100;

/** How a run of several cameras ended. */
export interface RigResult {
  report: RigReport;
  /** The error of the first camera that ended before its source did. */
  error?: unknown;
  hungLanes: readonly string[];
}

export interface RigParts {
  /** By camera, in the order of the pipeline file. */
  runs: ReadonlyMap<string, PipelineRun>;
  common: CommonTime;
  groups: Readonly<Record<string, { cameras: readonly string[]; toleranceMs: number }>>;
  /** Source seconds per second of real time. */
  rateFactor: number;
  note: (text: string) => void;
}

/** Runs several cameras in parallel, over the lanes and outputs that they share. */
export class RigRun {
  readonly #parts: RigParts;
  readonly #groups = new Map<string, SyncPairs>();
  /** Results are paired on one clock: the process's if a camera is live, else that of the recordings. */
  readonly #isLive: boolean;

  constructor(parts: RigParts) {
    this.#parts = parts;
    this.#isLive = [...parts.runs.values()].some((run) => run.parts.capture.info.isLive);
    for (const [name, { cameras, toleranceMs }] of Object.entries(parts.groups)) {
      const toleranceNs = BigInt(Math.round(toleranceMs * 1e6));
      const send = (set: SyncedSet) => this.#sendSet(name, set);
      this.#groups.set(name, new SyncPairs(cameras, toleranceNs, send));
    }
  }

  /** A camera's result was published. */
  published(camera: string, frame: PerceptionFrame): void {
    const timeNs = this.#timeOf(camera, frame);
    for (const pairs of this.#groups.values())
      pairs.take({ camera, frameId: Number(frame.frameId), timeNs });
  }

  /** A camera has published its last result. */
  ended(camera: string): void {
    for (const pairs of this.#groups.values()) pairs.end(camera);
  }

  /**
   * Starts every camera; resolves when the last one has ended and everything is closed. A camera that fails ends alone: the
   * others go on. Call it once.
   */
  async run(signal?: AbortSignal): Promise<RigResult> {
    const { runs, note } = this.#parts;
    const isLockstep = this.#pacing === 'lockstep';
    const timer = setInterval(() => this.#expire(), partnerCheckMs);
    if (isLockstep) clearInterval(timer);
    let running = runs.size;
    const ends = [...runs].map(async ([name, run], index) => {
      // A camera that begins later on the common time line starts later.
      if (!isLockstep) await this.#untilStart(index, signal);
      const result = await run.run(signal);
      running--;
      if (result.error !== undefined && running > 0)
        note(`camera ${name} ended before its source did`);
      return [name, result] as const;
    });
    try {
      return this.#resultOf(await Promise.all(ends));
    } finally {
      clearInterval(timer);
    }
  }

  get #pacing() {
    return [...this.#parts.runs.values()][0]!.parts.options.pacing;
  }

  async #untilStart(index: number, signal: AbortSignal | undefined): Promise<void> {
    const waitMs = Number(this.#parts.common.offsetNs[index]!) / 1e6 / this.#parts.rateFactor;
    if (waitMs > 0) await sleep(waitMs, undefined, signal && { signal }).catch(() => undefined);
  }

  #timeOf(camera: string, frame: PerceptionFrame): bigint {
    if (this.#isLive) return frame.timing!.captureNs;
    const index = [...this.#parts.runs.keys()].indexOf(camera);
    return frame.sourceTimeNs + this.#parts.common.offsetNs[index]!;
  }

  /** A lost camera, or one whose frames were all dropped, delays the others' sets by at most about a second. */
  #expire(): void {
    const beforeNs = nowNs() - partnerWaitNs;
    if (this.#isLive) for (const pairs of this.#groups.values()) pairs.expire(beforeNs);
  }

  #sendSet(group: string, { members, missing }: SyncedSet): void {
    const [firstNs = 0n] = members.map(({ timeNs }) => timeNs).sort(ascending);
    const payload = toBinary(
      SyncSetSchema,
      create(SyncSetSchema, {
        group,
        members: members.map(({ camera, frameId, timeNs }) => {
          return { camera, frameId: BigInt(frameId), offsetNs: timeNs - firstNs };
        }),
        missing: [...missing],
      }),
    );
    const { outputs, wallOffsetNs } = this.#parts.runs.get(members[0]!.camera)!.parts;
    const stampNs = this.#isLive ? firstNs + wallOffsetNs : firstNs;
    outputs.send({ topic: syncTopic.name, camera: group, stampNs, payload });
  }

  #resultOf(results: readonly (readonly [string, RunResult])[]): RigResult {
    const [, { report: first }] = results[0]!;
    const { pacing, lanes, lanePlan, outputs } = first;
    const cameras = Object.fromEntries(
      results.map(([name, { report }]) => {
        const { outputs: _, lanes: __, lanePlan: ___, pacing: ____, ...own } = report;
        return [name, own];
      }),
    );
    const sync = Object.fromEntries(
      [...this.#groups].map(([name, { counts }]) => [
        name,
        { cameras: this.#parts.groups[name]!.cameras, ...counts },
      ]),
    );
    const commonTime = this.#isLive ? 'live' : this.#parts.common.by;
    const report = { cameras, sync, commonTime, pacing, lanes, lanePlan, outputs } as const;
    const error = results.find(([, result]) => result.error !== undefined)?.[1].error;
    const hungLanes = [...new Set(results.flatMap(([, result]) => result.hungLanes))];
    return error === undefined ? { report, hungLanes } : { report, error, hungLanes };
  }
}

const ascending = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
