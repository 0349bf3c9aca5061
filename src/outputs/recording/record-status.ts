import { create, toBinary } from '@bufbuild/protobuf';
import type { CaptureHandle, RingFrame } from '../../capture/capture-thread.js';
import { dropMessages, sourceTimingMessage } from '../../capture/source-messages.js';
import { SourceTimingMeter } from '../../capture/source-timing.js';
import { nowNs } from '../../frame/clock.js';
import { RateMeter } from '../../frame/rate-meter.js';
import { PipelineStatusSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import type { RecorderThread } from './recorder-thread.js';

const intervalMs = 1000;

/**
 * Writes the status of a live source and its recording once a second, and when the camera is lost or comes back, as a run
 * with networks does. Frames whose pictures the recorder has written count as published.
 */
export class RecordStatus {
  readonly #capture: CaptureHandle;
  readonly #thread: RecorderThread;
  readonly #wallOffsetNs: bigint;
  readonly #timing = new SourceTimingMeter();
  readonly #rate = new RateMeter();
  readonly #timer: NodeJS.Timeout;
  #framesIn = 0;
  #isLost = false;
  #pictureHealth: readonly string[] = [];

  constructor(capture: CaptureHandle, thread: RecorderThread, wallOffsetNs: bigint) {
    this.#capture = capture;
    this.#thread = thread;
    this.#wallOffsetNs = wallOffsetNs;
    this.#timer = setInterval(() => this.write(), intervalMs);
  }

  frameCaptured(frame: RingFrame): void {
    this.#framesIn++;
    this.#timing.take(frame);
    this.#rate.add(nowNs());
    const wasLost = this.#isLost;
    this.#isLost = false;
    const before = this.#pictureHealth;
    this.#pictureHealth = frame.pictureHealth;
    if (wasLost || before.join() !== frame.pictureHealth.join()) this.write();
  }

  sourceLost(): void {
    this.#isLost = true;
    this.write();
  }

  write(): void {
    const capture = this.#capture;
    const thread = this.#thread;
    const { sent, dropped } = thread.counts.of(thread.pictureTopic);
    const lost = Object.values(capture.counts.drops).reduce((sum, count) => sum + count, 0);
    const drops = { ...capture.counts.drops, ...(dropped > 0 && { disk: dropped }) };
    const timing = this.#timing.now();
    const source = this.#isLost ? ['camera_lost'] : this.#pictureHealth;
    const status = create(PipelineStatusSchema, {
      framesCaptured: BigInt(this.#framesIn + lost),
      framesPublished: BigInt(sent),
      drops: dropMessages(drops),
      publishedRateHz: this.#rate.recentHz(nowNs()),
      health: [...source, ...(thread.health === undefined ? [] : [thread.health])],
      sourceName: capture.info.name,
      ...(timing && { source: sourceTimingMessage(timing) }),
    });
    thread.message('status', nowNs() + this.#wallOffsetNs, toBinary(PipelineStatusSchema, status));
  }

  /** Writes the last one. */
  close(): void {
    clearInterval(this.#timer);
    this.write();
  }
}
