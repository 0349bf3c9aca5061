import { type Spread, spreadOf, toMicroseconds } from '../statistics/percentiles.js';
import { didInfer, type FrameTiming, lastAnswer, type TimedState } from './frame-timing.js';
import type { Lineage, RecordingLoss } from './read-lineage.js';

/** One stage over a recording; durations in milliseconds. */
export interface StageLatency {
  lane: string;
  provider: string;
  /** Number of frames by stage state; `late` missed the deadline of the pipeline file. */
  states: Record<TimedState, number>;
  /** Number of frames on which it was skipped, by reason, if the recording gives one. */
  skips: Readonly<Record<string, number>>;
  /** From capture to the answer, over every frame that it answered; so is the next one. */
  sinceCaptureMs: Spread;
  /** From dispatch to start: the way to its lane and the wait for its other stages. */
  queueMs: Spread;
  /** Over frames on which the network ran, so not those without a sign to read. */
  preprocessMs: Spread;
  inferenceMs: Spread;
  decodeMs: Spread;
  /** The three together. */
  totalMs: Spread;
  /** Number of frames in which it answered last, and so determined when the result could leave. */
  lastToAnswer: number;
}

/** Times and losses in a recording of results, as `--json` prints them. */
export interface LatencyReport {
  recording: { path: string; source: string; pacing: string } & RecordingLoss;
  frames: {
    /** Up to the last published frame: losses after it are not in the recording. */
    in: number;
    published: number;
    dropped: number;
    drops: Readonly<Record<string, number>>;
    /** Frames neither published nor counted as dropped: their results did not reach the recording. */
    unaccounted: number;
  };
  glassToResultMs: Spread;
  captureToArrivalMs: Spread;
  /** From the last stage's answer to publishing: waiting for older frames, and the main thread. */
  answerToPublishMs: Spread;
  deadline: { ms: number; misses: number; share: number } | null;
  stages: Record<string, StageLatency>;
  publish: {
    rateHz: number;
    intervalMs: Spread;
    /** Deviation of each interval from the median one. */
    jitterMs: Spread;
  };
  /** Results by the mode in which they left, as the pipeline file names it; without those that held nothing back. */
  modes: Record<string, number>;
  /** Ids of the frames with the median and the largest glass to result. */
  medianFrame: number;
  worstFrame: number;
}

/** Computes everything from the lineage alone. `deadlineMs`: a result later than this after capture is a miss. */
export function buildLatencyReport(lineage: Lineage, deadlineMs?: number): LatencyReport {
  const { path, facts, loss, frames } = lineage;
  const glassToResult = frames.map(({ publishMs }) => publishMs);
  const misses = glassToResult.filter((ms) => ms > (deadlineMs ?? Infinity)).length;
  return {
    recording: { path, source: facts['source'] ?? '', pacing: facts['pacing'] ?? '', ...loss },
    frames: countFrames(lineage),
    glassToResultMs: spreadOf(glassToResult),
    captureToArrivalMs: spreadOf(frames.map(({ arrivalMs }) => arrivalMs)),
    answerToPublishMs: spreadOf(
      frames.flatMap((frame) => {
        const last = lastAnswer(frame);
        return last === undefined ? [] : [frame.publishMs - last.endMs];
      }),
    ),
    deadline:
      deadlineMs === undefined
        ? null
        : { ms: deadlineMs, misses, share: toMicroseconds(misses / frames.length) },
    stages: stageLatencies(lineage),
    publish: publishIntervals(frames),
    modes: countModes(frames),
    medianFrame: frameAtShare(frames, 0.5).frameId,
    worstFrame: frameAtShare(frames, 1).frameId,
  };
}

/** The frame whose glass to result is the nearest-rank percentile. `frames` must not be empty. */
export function frameAtShare(frames: readonly FrameTiming[], share: number): FrameTiming {
  const ascending = frames.toSorted((a, b) => a.publishMs - b.publishMs);
  return ascending[Math.max(0, Math.ceil(share * frames.length - 1e-9) - 1)]!;
}

function countFrames({ frames, framesIn: counted, drops, loss }: Lineage): LatencyReport['frames'] {
  const published = frames.length + loss.withoutTiming;
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0);
  const framesIn = Math.max(counted, published + dropped);
  return { in: framesIn, published, dropped, drops, unaccounted: framesIn - published - dropped };
}

function countModes(frames: readonly FrameTiming[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { mode } of frames) if (mode !== '') counts[mode] = (counts[mode] ?? 0) + 1;
  return counts;
}

function stageLatencies({
  frames,
  states,
  skips,
  providers,
}: Lineage): Record<string, StageLatency> {
  const lastToAnswer = new Map<string, number>();
  for (const frame of frames) {
    const stage = lastAnswer(frame)?.stage;
    if (stage !== undefined) lastToAnswer.set(stage, (lastToAnswer.get(stage) ?? 0) + 1);
  }
  return Object.fromEntries(
    [...states].map(([stage, counts]) => {
      const answered = frames.flatMap((frame) => frame.stages.filter((s) => s.stage === stage));
      const ran = answered.filter(didInfer);
      const latency: StageLatency = {
        lane: answered[0]?.lane ?? '',
        provider: providers.get(stage) ?? '',
        states: counts,
        skips: skips.get(stage) ?? {},
        sinceCaptureMs: spreadOf(answered.map(({ endMs }) => endMs)),
        queueMs: spreadOf(answered.map(({ dispatchMs, startMs }) => startMs - dispatchMs)),
        preprocessMs: spreadOf(ran.map((s) => s.preprocessEndMs - s.startMs)),
        inferenceMs: spreadOf(ran.map((s) => s.inferenceEndMs - s.preprocessEndMs)),
        decodeMs: spreadOf(ran.map((s) => s.endMs - s.inferenceEndMs)),
        totalMs: spreadOf(ran.map((s) => s.endMs - s.startMs)),
        lastToAnswer: lastToAnswer.get(stage) ?? 0,
      };
      return [stage, latency];
    }),
  );
}

function publishIntervals(frames: readonly FrameTiming[]): LatencyReport['publish'] {
  const times = frames.map(({ captureMs, publishMs }) => captureMs + publishMs);
  const intervals = times.slice(1).map((ms, index) => ms - times[index]!);
  const intervalMs = spreadOf(intervals);
  const spanMs = times.at(-1)! - times[0]!;
  return {
    rateHz: spanMs > 0 ? toMicroseconds((1000 * intervals.length) / spanMs) : 0,
    intervalMs,
    jitterMs: spreadOf(intervals.map((ms) => Math.abs(ms - intervalMs.p50))),
  };
}
