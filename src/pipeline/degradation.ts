import type { Task } from '../bundle/manifest.js';
import { elapsedMs } from '../frame/clock.js';
import type { DegradationConfig, ModeConfig } from './degradation-schema.js';
import { type FramePlan, fullPlan, type WithheldStage } from './frame-plan.js';
import type { CapturedFrame, FrameOutcome } from './frame-record.js';
import { LatencyWindow } from './latency-window.js';
import { type ModeRule, type ModeState, nextMode } from './mode-machine.js';

const watchedShare = 0.99;

type Watched = keyof DegradationConfig['budgetMs'];
type ReadonlyConfig = {
  readonly [Key in keyof Omit<DegradationConfig, 'modes'>]: DegradationConfig[Key];
} & { readonly modes: readonly ModeConfig[] };

/** The beginning of a mode, or the return to full operation. */
export interface ModeChange {
  /** Empty: full operation. */
  mode: string;
  /** The worst p99 as a share of its budget. */
  pressure: number;
}

/** Declared degradation of a live run: watches the age of results and plans each frame by the current mode. */
export class Degradation {
  readonly #config: ReadonlyConfig;
  readonly #rule: ModeRule;
  readonly #windows: readonly { watched: Watched; budgetMs: number; window: LatencyWindow }[];
  #state: ModeState | undefined;
  /** The frame on which each stage that does not run on every frame ran last. */
  readonly #lastRunIds = { segmentation: -Infinity, lights: -Infinity };

  constructor(config: ReadonlyConfig) {
    this.#config = config;
    const { modes, beginAt, endAt, windowS, dwellS, budgetMs } = config;
    this.#rule = { count: modes.length, beginAt, endAt, dwellNs: BigInt(Math.round(dwellS * 1e9)) };
    this.#windows = (Object.entries(budgetMs) as [Watched, number | undefined][]).flatMap(
      ([watched, ms]) => {
        const window = new LatencyWindow(BigInt(Math.round(windowS * 1e9)));
        return ms === undefined ? [] : [{ watched, budgetMs: ms, window }];
      },
    );
  }

  /** Empty: full operation. */
  get mode(): string {
    return this.#mode?.name ?? '';
  }

  planFrame(frame: CapturedFrame): FramePlan {
    const mode = this.#mode;
    if (mode === undefined) return fullPlan;
    const { name, segmentationEvery = 1, lightsEvery = 1, signs = 'all' } = mode;
    const isSegmented = this.#takesTurn('segmentation', frame.id, segmentationEvery);
    const areLightsRead = this.#takesTurn('lights', frame.id, lightsEvery);
    const withheld = isSegmented
      ? areLightsRead
        ? fullPlan.withheld
        : withoutLights
      : areLightsRead
        ? withoutSegmentation
        : withoutBoth;
    return { mode: name, withheld, signs };
  }

  #takesTurn(stage: 'segmentation' | 'lights', frameId: number, every: number): boolean {
    if (frameId - this.#lastRunIds[stage] < every) return false;
    this.#lastRunIds[stage] = frameId;
    return true;
  }

  /** Takes a published frame; returns the change of mode that follows, if any. */
  observe(outcome: FrameOutcome, publishNs: bigint): ModeChange | undefined {
    // The run begins with a dwell time: the first frames of a cold machine are not representative.
    this.#state ??= { level: 0, sinceNs: publishNs };
    let pressure: number | undefined;
    for (const { watched, budgetMs, window } of this.#windows) {
      const ageMs = ageOf(watched, outcome, publishNs);
      if (ageMs !== undefined) window.add(publishNs, ageMs);
      const p99 = window.percentileMs(watchedShare, publishNs);
      if (p99 !== undefined) pressure = Math.max(pressure ?? 0, p99 / budgetMs);
    }
    const before = this.#state;
    this.#state = nextMode(before, pressure, publishNs, this.#rule);
    return this.#state === before ? undefined : { mode: this.mode, pressure: pressure! };
  }

  get #mode(): ModeConfig | undefined {
    return this.#config.modes[(this.#state?.level ?? 0) - 1];
  }
}

const degraded: WithheldStage = { state: 'skipped', reason: 'degraded' };
const withoutSegmentation: ReadonlyMap<Task, WithheldStage> = new Map([['segmentation', degraded]]);
const withoutLights: ReadonlyMap<Task, WithheldStage> = new Map([['lights', degraded]]);
const withoutBoth: ReadonlyMap<Task, WithheldStage> = new Map([
  ['segmentation', degraded],
  ['lights', degraded],
]);

/** Age of the frame when the answer was ready, milliseconds; for a late answer, its age when the result was published. */
function ageOf(
  watched: Watched,
  { frame, stages }: FrameOutcome,
  publishNs: bigint,
): number | undefined {
  const answer = watched === 'glassToResult' ? undefined : stages.get(watched);
  if (watched === 'glassToResult' || answer?.state === 'late')
    return elapsedMs(frame.captureTimeNs, publishNs);
  return answer?.state === 'ok' ? elapsedMs(frame.captureTimeNs, answer.times.endNs) : undefined;
}
