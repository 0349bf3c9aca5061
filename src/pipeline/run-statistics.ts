import type { Task } from '../bundle/manifest.js';
import { elapsedMs } from '../frame/clock.js';
import type { FrameOutcome, SkipReason, StageOutcome, StageTimes } from './frame-record.js';
import { LatencyHistogram, type LatencySummary } from './latency-histogram.js';

export type StageState = StageOutcome['state'];

/** How one stage did over a run; durations in milliseconds. */
export interface StageReport {
  states: Record<StageState, number>;
  /** Skipped frames by reason. */
  skippedBy: Partial<Record<SkipReason, number>>;
  /** From the stage's start in its lane: pixels to tensor. */
  preprocessMs: LatencySummary;
  inferenceMs: LatencySummary;
  decodeMs: LatencySummary;
  /** The three together. */
  totalMs: LatencySummary;
  /** From dispatch to start: on the way to the lane, and behind its other stages. */
  waitMs: LatencySummary;
}

const spans = ['preprocessMs', 'inferenceMs', 'decodeMs', 'totalMs', 'waitMs'] as const;
type Span = (typeof spans)[number];

/** How long every part of every stage took, from the first frame to the last. */
export class RunStatistics {
  readonly glassToResult = new LatencyHistogram();
  /** Until the steering answer was sent on its own topic; frames whose steering came too late are not in it. */
  readonly glassToSteering = new LatencyHistogram();
  /** Published frames by mode; the empty name is full operation. */
  readonly modeFrames = new Map<string, number>();
  /** Main thread only: fusing, serialising, handing over. */
  readonly fuseAndPublish = new LatencyHistogram();
  readonly #stages: ReadonlyMap<
    Task,
    Pick<StageReport, 'states' | 'skippedBy'> & { histograms: Record<Span, LatencyHistogram> }
  >;

  constructor(stages: readonly Task[]) {
    this.#stages = new Map(
      stages.map((stage) => [
        stage,
        {
          states: { ok: 0, skipped: 0, late: 0, failed: 0 },
          skippedBy: {},
          histograms: Object.fromEntries(
            spans.map((span) => [span, new LatencyHistogram()]),
          ) as Record<Span, LatencyHistogram>,
        },
      ]),
    );
  }

  addFrame({ frame, stages, mode = '' }: FrameOutcome, publishNs: bigint): void {
    this.glassToResult.add(elapsedMs(frame.captureTimeNs, publishNs));
    this.modeFrames.set(mode, (this.modeFrames.get(mode) ?? 0) + 1);
    for (const [stage, outcome] of stages) {
      const { states, skippedBy } = this.#stages.get(stage)!;
      states[outcome.state]++;
      if (outcome.state === 'skipped')
        skippedBy[outcome.reason] = (skippedBy[outcome.reason] ?? 0) + 1;
    }
  }

  /** Times of a stage that ran, whether or not its answer came in time to be published. */
  addStage(stage: Task, times: StageTimes): void {
    // A stage that had nothing to infer, such as a frame without signs, says nothing of its network's speed.
    if (times.inferenceEndNs <= times.preprocessEndNs) return;
    const { histograms } = this.#stages.get(stage)!;
    const { dispatchNs, startNs, preprocessEndNs, inferenceEndNs, endNs } = times;
    histograms.preprocessMs.add(elapsedMs(startNs, preprocessEndNs));
    histograms.inferenceMs.add(elapsedMs(preprocessEndNs, inferenceEndNs));
    histograms.decodeMs.add(elapsedMs(inferenceEndNs, endNs));
    histograms.totalMs.add(elapsedMs(startNs, endNs));
    histograms.waitMs.add(elapsedMs(dispatchNs, startNs));
  }

  stageReports(): Record<string, StageReport> {
    return Object.fromEntries(
      [...this.#stages].map(([stage, { states, skippedBy, histograms }]) => [
        stage,
        {
          states: { ...states },
          skippedBy: { ...skippedBy },
          ...(Object.fromEntries(spans.map((span) => [span, histograms[span].summary()])) as Record<
            Span,
            LatencySummary
          >),
        },
      ]),
    );
  }
}
