import { createHash, type Hash } from 'node:crypto';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { elapsedMs, nowNs } from '../../src/frame/clock.js';
import { RateMeter } from '../../src/frame/rate-meter.js';
import {
  type PerceptionFrame,
  StageState,
  type StageTiming,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { withoutTiming } from '../../src/messages/without-timing.js';
import { LatencyHistogram } from '../../src/pipeline/latency-histogram.js';
import type { MemorySample } from './memory-growth.js';
import type { CropCounts, StageSpans, TrialRequest, TrialResult } from './trial.js';

/** Interval of the timer whose lateness is the event loop's delay, milliseconds. */
const loopTickMs = 5;
/** Number of memory samples over a trial. */
const memorySamples = 200;
/** Frames whose crops are counted. */
const mostCropCounts = 10_000;
/** The same on every system that windshield runs on. */
const pageBytes = 4096;

const spans = ['preprocessMs', 'inferenceMs', 'decodeMs', 'totalMs', 'queueMs'] as const;
type Span = (typeof spans)[number];

/** Watches one run from inside its process: every published frame passes `take`. */
export class TrialMeter {
  readonly #request: TrialRequest;
  readonly #glassToResult = new LatencyHistogram();
  readonly #stages = new Map<string, Record<Span, LatencyHistogram>>();
  readonly #completeRate = new RateMeter();
  readonly #memory: MemorySample[] = [];
  readonly #crops: CropCounts = { signs: [], lights: [] };
  readonly #hash: Hash | undefined;
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: loopTickMs });
  readonly #sampleEvery: number;
  #taken = 0;
  #complete = 0;
  #isMeasuring = false;
  #measuredPublished = 0;
  #usageAtStart = process.resourceUsage();
  #faults = 0;
  #cpuMs = 0;

  constructor(request: TrialRequest) {
    this.#request = request;
    this.#hash = request.hashesResults ? createHash('sha256') : undefined;
    const measuredFrames = request.frameCount - request.warmUpFrames;
    this.#sampleEvery = Math.max(1, Math.floor(measuredFrames / memorySamples));
  }

  /** Takes a frame at the moment it was handed over. */
  take(frame: PerceptionFrame, payload: Uint8Array): void {
    const timeNs = nowNs();
    this.#taken++;
    this.#hash?.update(withoutTiming(payload));
    if (this.#taken <= mostCropCounts) {
      this.#crops.signs.push(frame.signs.filter((sign) => !isRemembered(sign)).length);
      this.#crops.lights.push(frame.lights.length);
    }
    const frameId = Number(frame.frameId);
    if (frameId < this.#request.warmUpFrames) return;
    if (!this.#isMeasuring) this.#startMeasuring();
    this.#measure(frame, timeNs);
    if (this.#measuredPublished++ % this.#sampleEvery === 0) this.#sampleMemory();
    // Stops here, because closing the lanes delays the loop but belongs to no frame.
    if (frameId === this.#request.frameCount - 1) this.#stopMeasuring();
  }

  finish(): Omit<TrialResult, 'report'> {
    this.#stopMeasuring();
    const { frameCount, warmUpFrames } = this.#request;
    const delay = this.#loopDelay;
    // The histogram holds complete intervals between ticks; the delay is what exceeds the tick.
    const lateMs = (intervalNs: number) => Math.max(0, round(intervalNs / 1e6 - loopTickMs));
    return {
      measured: {
        frames: frameCount - warmUpFrames,
        complete: this.#complete,
        completeRateHz: round(this.#completeRate.overallHz()),
      },
      glassToResultMs: this.#glassToResult.summary(),
      stages: Object.fromEntries(
        [...this.#stages].map(([stage, histograms]) => [
          stage,
          Object.fromEntries(
            spans.map((span) => [span, histograms[span].summary()]),
          ) as unknown as StageSpans,
        ]),
      ),
      eventLoopDelayMs: {
        mean: lateMs(delay.mean || 0),
        p50: lateMs(delay.percentile(50)),
        p99: lateMs(delay.percentile(99)),
        max: lateMs(delay.max),
      },
      memory: this.#memory,
      freshBytesPerFrame: Math.round(
        (this.#faults * pageBytes) / Math.max(1, this.#measuredPublished),
      ),
      cpuMsPerFrame: round(this.#cpuMs / Math.max(1, this.#measuredPublished)),
      crops: this.#crops,
      ...(this.#hash && { resultsSha256: this.#hash.digest('hex') }),
    };
  }

  #startMeasuring(): void {
    this.#isMeasuring = true;
    this.#usageAtStart = process.resourceUsage();
    this.#loopDelay.enable();
  }

  #stopMeasuring(): void {
    if (!this.#isMeasuring) return;
    this.#isMeasuring = false;
    this.#loopDelay.disable();
    const { minorPageFault, userCPUTime, systemCPUTime } = process.resourceUsage();
    const start = this.#usageAtStart;
    this.#faults = minorPageFault - start.minorPageFault;
    this.#cpuMs = (userCPUTime + systemCPUTime - start.userCPUTime - start.systemCPUTime) / 1000;
  }

  #measure(frame: PerceptionFrame, timeNs: bigint): void {
    this.#glassToResult.add(elapsedMs(frame.timing!.captureNs, timeNs));
    if (frame.stages.every(({ state }) => state === StageState.OK)) {
      this.#complete++;
      this.#completeRate.add(timeNs);
    }
    for (const timing of frame.timing!.stages) this.#measureStage(timing);
  }

  #measureStage({ stage, ...times }: StageTiming): void {
    const { dispatchNs, startNs, preprocessEndNs, inferenceEndNs, endNs } = times;
    // A stage that had nothing to infer, as on a frame without signs, says nothing about its network's speed.
    if (inferenceEndNs <= preprocessEndNs) return;
    let histograms = this.#stages.get(stage);
    if (histograms === undefined) {
      histograms = Object.fromEntries(
        spans.map((span) => [span, new LatencyHistogram()]),
      ) as Record<Span, LatencyHistogram>;
      this.#stages.set(stage, histograms);
    }
    histograms.preprocessMs.add(elapsedMs(startNs, preprocessEndNs));
    histograms.inferenceMs.add(elapsedMs(preprocessEndNs, inferenceEndNs));
    histograms.decodeMs.add(elapsedMs(inferenceEndNs, endNs));
    histograms.totalMs.add(elapsedMs(startNs, endNs));
    histograms.queueMs.add(elapsedMs(dispatchNs, startNs));
  }

  #sampleMemory(): void {
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    this.#memory.push({
      frames: this.#taken,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      arrayBuffersBytes: arrayBuffers,
    });
  }
}

/** A sign whose reading was taken over from an earlier frame cost this frame nothing. */
const isRemembered = (sign: PerceptionFrame['signs'][number] & { isRemembered?: boolean }) =>
  sign.isRemembered === true;

const round = (value: number) => Math.round(value * 1000) / 1000;
