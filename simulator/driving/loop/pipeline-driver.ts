import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraModel } from '../../../src/calibration/camera-model.js';
import type { MeasuredMount } from '../../../src/calibration/mount.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { openPipeline } from '../../../src/pipeline/open-pipeline.js';
import type { RunResult } from '../../../src/pipeline/pipeline-options.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import type { Controller, DriverView } from './controller.js';
import { SimulatedCapture } from './simulated-capture.js';

export interface PipelineDriverOptions {
  config: PipelineConfig;
  camera: CameraModel;
  /** The camera's mount, for a pipeline that needs it. */
  mount?: MeasuredMount;
  rateHz: number;
  /** A later answer does not count, milliseconds of wall time. */
  timeoutMs: number;
  note?: (text: string) => void;
  /** Called with each result, also in serialised form. */
  onFrame?: (frame: PerceptionFrame, payload: Uint8Array) => void;
}

/**
 * Lets the real pipeline steer, in lock-step: its lanes, preprocessing, network and limits run as in `replay
 * --lockstep`, with the simulated camera as its source. Nothing is published or recorded.
 */
export class PipelineDriver implements Controller {
  readonly name = 'network';
  readonly #capture: SimulatedCapture;
  readonly #timeoutMs: number;
  readonly #frameMs: number;
  readonly #stop = new AbortController();
  readonly #onFrame: PipelineDriverOptions['onFrame'];
  #ended!: Promise<RunResult>;
  #problem: string | undefined;
  #takeAnswer: ((frame: PerceptionFrame | undefined) => void) | undefined;
  /** True while a frame that timed out is still being processed; until it returns, no other can be sent. */
  #isWaitedFor = false;

  private constructor(options: PipelineDriverOptions) {
    const { widthPx, heightPx } = options.camera;
    const { slots } = options.config.ring;
    this.#capture = new SimulatedCapture(widthPx, heightPx, options.rateHz, slots);
    this.#timeoutMs = options.timeoutMs;
    this.#frameMs = 1000 / options.rateHz;
    this.#onFrame = options.onFrame;
  }

  /** Rejects with ERR_CONFIG if the pipeline has no steering stage, and as `openPipeline` does. */
  static async open(options: PipelineDriverOptions): Promise<PipelineDriver> {
    if (options.config.bundles.steering === undefined)
      throw new PerceptionError(
        'ERR_CONFIG',
        'expected a pipeline with steering in bundles, found none',
      );
    const driver = new PipelineDriver(options);
    await driver.#start(options);
    return driver;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async steer({ timeS, picture }: DriverView): Promise<number | undefined> {
    // Without an answer the car rolls on in real time: an answer that arrives meanwhile is too old to steer by.
    if (this.#isWaitedFor) await sleep(this.#frameMs);
    if (this.#problem !== undefined || this.#isWaitedFor) return undefined;
    const { data } = picture();
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs, 'late');
    });
    const frame = await Promise.race([this.#answerTo(data, timeS), timedOut]);
    clearTimeout(timer);
    if (frame !== 'late') return angleOf(frame);
    this.#isWaitedFor = true;
    return undefined;
  }

  async close(): Promise<void> {
    this.#problem ??= 'the pipeline was closed';
    this.#stop.abort();
    await this.#ended;
  }

  async #start({ config, camera, mount, note }: PipelineDriverOptions): Promise<void> {
    const { record: _record, ...rest } = config;
    const run = await openPipeline({
      config: { ...rest, publish: {} },
      source: this.#capture.info.name,
      opened: { capture: this.#capture, camera, ...(mount && { mount }) },
      pacing: 'lockstep',
      onFrame: (frame, payload) => this.#answered(frame, payload),
      ...(note && { note }),
    });
    this.#ended = run.run(this.#stop.signal);
    void this.#ended.then(({ error }) => {
      this.#problem ??= error instanceof Error ? error.message : 'the pipeline ended';
      this.#takeAnswer?.(undefined);
    });
  }

  async #answerTo(picture: Uint8Array, timeS: number): Promise<PerceptionFrame | undefined> {
    const answer = new Promise<PerceptionFrame | undefined>((resolve) => {
      this.#takeAnswer = resolve;
    });
    await Promise.race([this.#capture.requested(), answer]);
    if (this.#problem === undefined) this.#capture.deliver(picture, timeS);
    return answer;
  }

  #answered(frame: PerceptionFrame, payload: Uint8Array): void {
    this.#isWaitedFor = false;
    this.#onFrame?.(frame, payload);
    this.#takeAnswer?.(frame);
  }
}

/** Undefined if the stage failed or was skipped. */
function angleOf(frame: PerceptionFrame | undefined): number | undefined {
  const angleRad = frame?.steering?.angleRad;
  return angleRad !== undefined && Number.isFinite(angleRad) ? angleRad : undefined;
}
