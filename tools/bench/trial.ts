import type { LatencySummary } from '../../src/pipeline/latency-histogram.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import type { RunReport } from '../../src/pipeline/run-report.js';
import type { LookedAt } from './looked-at.js';
import type { MemorySample } from './memory-growth.js';

/** Where the frames of a trial come from. */
export type FrameMode =
  /** Read from the recording and decoded (JPEG), as a replay does. */
  | 'recorded'
  /** Decoded beforehand; one copy into the ring is all that a frame costs. */
  | 'ready';

/** Frames that are held decoded where they are to be ready: more than the ring has slots, so that pixels change. */
export const keptFrames = 24;

/** One run of the pipeline in a process of its own. Plain data: it crosses processes as JSON. */
export interface TrialRequest {
  config: PipelineConfig;
  source: string;
  frames: FrameMode;
  /** Frames in all; the drive goes round as often as it takes. */
  frameCount: number;
  /** The first ones, which are not measured. */
  warmUpFrames: number;
  /** Real time, the drive's seconds a second; lock-step where it is left out. */
  rateFactor?: number;
  /** Lock-step only. */
  framesInFlight?: 1 | 2;
  /** With a page that is looked at. */
  look?: LookedAt;
  /** Hash every result without its timing. */
  hashesResults?: boolean;
}

/** Spans of one stage, milliseconds; frames on which its network ran. */
export interface StageSpans {
  preprocessMs: LatencySummary;
  inferenceMs: LatencySummary;
  decodeMs: LatencySummary;
  totalMs: LatencySummary;
  /** From dispatch to start: on the way to its lane, and behind its other stages. */
  queueMs: LatencySummary;
}

export interface TrialResult {
  /** What the pipeline says of the whole run, warm-up included. */
  report: RunReport;
  /** Frames after the warm-up, and how many of them were published with the answer of every stage. */
  measured: { frames: number; complete: number; completeRateHz: number };
  /** From the moment a frame was due to the moment its result had been handed over. */
  glassToResultMs: LatencySummary;
  stages: Record<string, StageSpans>;
  /** How late the timers of the main thread were. */
  eventLoopDelayMs: { mean: number; p50: number; p99: number; max: number };
  memory: MemorySample[];
  /** Fresh memory that the whole process touched, bytes a frame: minor page faults times the page's size. */
  freshBytesPerFrame: number;
  /** Time on a core for one published frame, every thread of the process together, reading and decoding included. */
  cpuMsPerFrame: number;
  /** Pictures that the page took. */
  pictures?: number;
  /** By frame: signs that were read. */
  signCrops: number[];
  /** sha256 (hex) over all results in order, their timing aside. */
  resultsSha256?: string;
}
