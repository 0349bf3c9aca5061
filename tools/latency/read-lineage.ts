import { elapsedMs } from '../../src/frame/clock.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import {
  StageState as StageStateCode,
  type StageStatus,
  type Timing,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { resultTopics } from '../../src/recording/result-topics.js';
import type { Absence, FrameTiming, TimedState } from './frame-timing.js';
import { decodeLineage, type FrameLineage } from './lineage-fields.js';

/** Times and losses in a recording of results. */
export interface Lineage {
  path: string;
  /** Facts that the run recorded about itself: `source`, `pacing`, hashes. */
  facts: Readonly<Record<string, string>>;
  /** Parts of a truncated or damaged file that could not be used. */
  loss: RecordingLoss;
  /** Frames of the source up to the last result; in a supervised run, those of each life. */
  framesIn: number;
  /** In the order in which they were published. */
  frames: readonly FrameTiming[];
  /** Frames lost before each published one, by reason, summed. */
  drops: Readonly<Record<string, number>>;
  /** By stage, number of frames in each state. */
  states: ReadonlyMap<string, Record<TimedState, number>>;
  /** By stage, number of skipped frames by reason, if the recording gives one. */
  skips: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Execution provider by stage. */
  providers: ReadonlyMap<string, string>;
}

export interface RecordingLoss {
  /** False if the file was cut off. */
  isComplete: boolean;
  cutBytes: number;
  damagedChunks: number;
  /** Results that are not valid messages, and results without times. */
  undecodable: number;
  withoutTiming: number;
}

const stateNames: Readonly<Record<number, TimedState>> = {
  [StageStateCode.OK]: 'ok',
  [StageStateCode.SKIPPED]: 'skipped',
  [StageStateCode.LATE]: 'late',
  [StageStateCode.FAILED]: 'failed',
};

/**
 * Reads the lineage of every result in a recording made with `replay --out` or `record:`. Rejects with
 * ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY or ERR_RECORDING (no recording, no results in it, or none with times). From a
 * truncated or damaged file it uses what can be read and counts the rest.
 */
export async function readLineage(path: string): Promise<Lineage> {
  const reader = await RecordingReader.open(path);
  try {
    const topics = resultTopics(reader);
    const results: FrameLineage[] = [];
    let undecodable = 0;
    for await (const { data } of reader.messages({ topics })) {
      try {
        results.push(decodeLineage(data, path));
      } catch {
        undecodable++;
      }
    }
    const timed = results.filter(({ timing }) => timing !== undefined && isWhole(timing));
    if (timed.length === 0) throw withoutTimes(path, results.length, undecodable);
    const { isComplete, cutBytes, damagedChunks } = reader;
    const withoutTiming = results.length - timed.length;
    const loss = { isComplete, cutBytes, damagedChunks, undecodable, withoutTiming };
    const facts = reader.metadata.get('windshield.result') ?? {};
    return { path, facts, loss, framesIn: countFramesIn(results), ...sumUp(timed) };
  } finally {
    await reader.close();
  }
}

/** Whether both ends of a frame's timing are known. */
const isWhole = ({ captureNs, publishNs }: Timing) => captureNs > 0n && publishNs >= captureNs;

/** Frame ids count from 0, so the last one gives the number of frames. They start again with each life. */
function countFramesIn(results: readonly FrameLineage[]): number {
  const lives = new Map<number, { lastId: number; known: number }>();
  for (const { epoch, frameId, drops } of results) {
    const life = lives.get(epoch) ?? { lastId: -1, known: 0 };
    lives.set(epoch, life);
    life.lastId = Math.max(life.lastId, Number(frameId));
    life.known += drops.reduce((sum, { count }) => sum + Number(count), 1);
  }
  return [...lives.values()].reduce(
    (sum, { lastId, known }) => sum + Math.max(lastId + 1, known),
    0,
  );
}

function sumUp(
  results: readonly FrameLineage[],
): Pick<Lineage, 'frames' | 'drops' | 'states' | 'skips' | 'providers'> {
  const ordered = results.toSorted((a, b) => {
    const difference = a.timing!.publishNs - b.timing!.publishNs;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
  const originNs = ordered[0]!.timing!.captureNs;
  const drops: Record<string, number> = {};
  const states = new Map<string, Record<TimedState, number>>();
  const skips = new Map<string, Record<string, number>>();
  const providers = new Map<string, string>();
  for (const result of ordered) {
    for (const { reason, count } of result.drops)
      drops[reason] = (drops[reason] ?? 0) + Number(count);
    for (const { stage, state, provider, reason } of result.stages) {
      const counts = states.get(stage) ?? { ok: 0, skipped: 0, late: 0, failed: 0 };
      const name = stateNames[state];
      if (name !== undefined) counts[name]++;
      states.set(stage, counts);
      if (provider !== '') providers.set(stage, provider);
      const reasons = skips.get(stage) ?? {};
      if (reason !== '') reasons[reason] = (reasons[reason] ?? 0) + 1;
      skips.set(stage, reasons);
    }
  }
  const frames = ordered.map((result) => timingOf(result, originNs));
  return { frames, drops, states, skips, providers };
}

function timingOf(lineage: FrameLineage, originNs: bigint): FrameTiming {
  const { frameId, timing, stages, mode } = lineage;
  const { captureNs, arrivalNs, publishNs, stages: times } = timing!;
  const sinceCapture = (timeNs: bigint) => elapsedMs(captureNs, timeNs);
  return {
    frameId: Number(frameId),
    captureMs: elapsedMs(originNs, captureNs),
    arrivalMs: sinceCapture(arrivalNs === 0n ? captureNs : arrivalNs),
    publishMs: sinceCapture(publishNs),
    stages: times
      .filter(({ startNs, endNs }) => startNs > 0n && endNs >= startNs)
      .map(({ stage, lane, ...at }) => ({
        stage,
        lane,
        dispatchMs: sinceCapture(at.dispatchNs),
        startMs: sinceCapture(at.startNs),
        preprocessEndMs: sinceCapture(at.preprocessEndNs),
        inferenceEndMs: sinceCapture(at.inferenceEndNs),
        endMs: sinceCapture(at.endNs),
      }))
      .sort((a, b) => a.startMs - b.startMs),
    absent: stages.flatMap(absence),
    mode,
  };
}

function absence({ stage, state, reason }: StageStatus): Absence[] {
  const name = stateNames[state];
  return name === undefined || name === 'ok' ? [] : [{ stage, state: name, reason }];
}

function withoutTimes(path: string, results: number, undecodable: number): PerceptionError {
  const found =
    results > 0
      ? `${results} results without them`
      : undecodable > 0
        ? `${undecodable} messages that are no results`
        : 'no result that can be read';
  return new PerceptionError(
    'ERR_RECORDING',
    `${path}: expected results with times, found ${found}`,
  );
}
