import type { LatencySummary } from '../../src/pipeline/latency-histogram.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import type { RunReport } from '../../src/pipeline/run-report.js';
import type { LookedAt } from './looked-at.js';
import type { MemorySample } from './memory-growth.js';

/** Where the frames of a trial come from. */
export type FrameMode =
  /** Read from the recording and decoded (JPEG), as a replay does. */
  | 'recorded'
  /** Decoded beforehand; a frame costs only one copy into the ring. */
  | 'ready';

/** Decoded frames that are held for `ready`: more than the ring has slots, so that pixels change. */
export const keptFrames = 24;

/** Request to run the pipeline once in its own process. Plain data: it crosses processes as JSON. */
export interface TrialRequest {
  config: PipelineConfig;
  source: string;
  frames: FrameMode;
  /** Total frames; the drive is repeated as often as needed. */
  frameCount: number;
  /** First frames, which are not measured. */
  warmUpFrames: number;
  /** Drive seconds per second of real time; lock-step if omitted. */
  rateFactor?: number;
  /** Lock-step only. */
  framesInFlight?: 1 | 2;
  /** With a page being viewed. */
  look?: LookedAt;
  /** Hash every result without its timing. */
  hashesResults?: boolean;
}

/** By stage that reads crops of boxes: their number in each frame. */
export type CropCounts = Record<'signs' | 'lights', number[]>;

/** Durations of one stage's parts, milliseconds, over the frames on which its network ran. */
export interface StageSpans {
  preprocessMs: LatencySummary;
  inferenceMs: LatencySummary;
  decodeMs: LatencySummary;
  totalMs: LatencySummary;
  /** From dispatch to start: the way to its lane and the wait for its other stages. */
  queueMs: LatencySummary;
}

export interface TrialResult {
  /** The pipeline's report of the complete run, warm-up included. */
  report: RunReport;
  /** Frames after the warm-up, and how many of them were published with every stage's answer. */
  measured: { frames: number; complete: number; completeRateHz: number };
  /** From the moment a frame was due to the moment its result was handed over. */
  glassToResultMs: LatencySummary;
  stages: Record<string, StageSpans>;
  /** How late the timers of the main thread were. */
  eventLoopDelayMs: { mean: number; p50: number; p99: number; max: number };
  memory: MemorySample[];
  /** Memory newly touched by the process, bytes per frame: minor page faults times the page size. */
  freshBytesPerFrame: number;
  /** CPU time per published frame over all threads of the process, reading and decoding included. */
  cpuMsPerFrame: number;
  /** Pictures that the page fetched. */
  pictures?: number;
  /** Crops that each stage of crops read, frame by frame. */
  crops: CropCounts;
  /** sha256 (hex) over all results in order, without their timing. */
  resultsSha256?: string;
}
