import { create, toBinary } from '@bufbuild/protobuf';
import type { RingFrame } from '../capture/capture-thread.js';
import { dropMessages, sourceTimingMessage } from '../capture/source-messages.js';
import { SourceTimingMeter } from '../capture/source-timing.js';
import { elapsedMs, nowNs } from '../frame/clock.js';
import { RateMeter } from '../frame/rate-meter.js';
import { PipelineStatusSchema } from '../messages/gen/windshield/v1/perception_pb.js';
import { perceptionTopic, statusTopic } from '../messages/topics.js';
import type { FramePixels } from '../outputs/output.js';
import type { StageResult } from '../stages/stage-result.js';
import type { BorrowSlot, Conductor, ResultParty } from './conductor.js';
import type { Degradation } from './degradation.js';
import { totalDrops } from './drop-counts.js';
import type { CapturedFrame, FrameOutcome } from './frame-record.js';
import type { LockstepPacer } from './lockstep-pacer.js';
import type { Progress } from './pipeline-options.js';
import type { PipelineParts } from './pipeline-parts.js';
import type { RunStatistics } from './run-statistics.js';

/** The conductor's totals. */
type Totals = Pick<Conductor<StageResult>, 'framesIn' | 'framesPublished' | 'drops'>;

/** The party that takes results: fuses each frame, sends it to the outputs, and measures. */
export class ResultFlow implements ResultParty<StageResult> {
  readonly publishedRate = new RateMeter();
  /** Changes of mode so far. */
  modeChanges = 0;
  /** Milliseconds from the start of the process; null before the first result. */
  firstResultMs: number | null = null;
  readonly #parts: PipelineParts;
  readonly #statistics: RunStatistics;
  readonly #degradation: Degradation | undefined;
  readonly #pacer: LockstepPacer;
  readonly #totals: () => Totals;
  readonly #timing = new SourceTimingMeter();
  #isSourceLost = false;
  #pictureHealth: readonly string[] = [];

  constructor(
    parts: PipelineParts,
    statistics: RunStatistics,
    degradation: Degradation | undefined,
    pacer: LockstepPacer,
    totals: () => Totals,
  ) {
    this.#parts = parts;
    this.#statistics = statistics;
    this.#degradation = degradation;
    this.#pacer = pacer;
    this.#totals = totals;
  }

  /** Takes an answer. An urgent one is sent at once: it would otherwise wait for the slowest stage of its frame. */
  accept(frame: CapturedFrame, result: StageResult, mode: string): void {
    const { fuser, outputs } = this.#parts;
    fuser.accept(frame, result);
    const update = fuser.updateOf(result.stage, frame, mode, nowNs());
    if (update === undefined) return;
    outputs.send({ ...update, stampNs: this.#stampNs(frame) });
    this.#statistics.glassToSteering.add(elapsedMs(frame.captureTimeNs, nowNs()));
  }

  publish(outcome: FrameOutcome<StageResult>, borrow: BorrowSlot): void {
    const { options, fuser, outputs } = this.#parts;
    const healthBefore = fuser.stageHealth;
    const startNs = nowNs();
    const { frame, payload } = fuser.fuse(outcome, startNs);
    const message = { topic: perceptionTopic.name, stampNs: this.#stampNs(outcome.frame), payload };
    outputs.send(message, () => this.#pixels(outcome.frame.slot, borrow));
    if (healthBefore.join() !== fuser.stageHealth.join()) this.publishStatus();
    const endNs = nowNs();
    this.firstResultMs ??= performance.now();
    this.#statistics.addFrame(outcome, endNs);
    this.#statistics.fuseAndPublish.add(elapsedMs(startNs, endNs));
    this.publishedRate.add(endNs);
    options.onFrame?.(frame, payload, this.progress());
    const change = this.#degradation?.observe(outcome, endNs);
    if (change !== undefined) {
      this.modeChanges++;
      const share = `p99 at ${(change.pressure * 100).toFixed(0)} % of its budget`;
      options.note?.(`mode ${change.mode || 'full'}: ${share}`);
    }
    this.#pacer.frameDone();
  }

  drop(): void {
    this.#pacer.frameDone();
  }

  /** Publishes totals and health, whether or not frames come. Returns the health codes. */
  publishStatus(): readonly string[] {
    const { options, capture, fuser, outputs, wallOffsetNs } = this.#parts;
    const { framesIn, framesPublished, drops } = this.#totals();
    const health = [
      ...fuser.health,
      ...this.#sourceHealth,
      ...fuser.stageHealth,
      ...outputs.health,
    ];
    const timing = this.#timing.now();
    const status = create(PipelineStatusSchema, {
      framesCaptured: BigInt(framesIn),
      framesPublished: BigInt(framesPublished),
      drops: dropMessages(drops.snapshot()),
      publishedRateHz: this.publishedRate.recentHz(nowNs()),
      health,
      sourceName: capture.info.name,
      ...(timing && { source: sourceTimingMessage(timing) }),
      bundles: [...fuser.bundles],
      mode: this.#degradation?.mode ?? '',
      epoch: options.supervised?.epoch ?? 0,
      camera: options.cameraName ?? '',
    });
    const payload = toBinary(PipelineStatusSchema, status);
    outputs.send({ topic: statusTopic.name, stampNs: nowNs() + wallOffsetNs, payload });
    return health;
  }

  /** A frame came from the source, whatever becomes of it. */
  frameCaptured(frame: RingFrame): void {
    // A recorded source has no timing of its own; its pictures are judged if the pipeline file asks for that.
    if (this.#parts.capture.info.isLive) this.#timing.take(frame);
    const wasLost = this.#isSourceLost;
    this.#isSourceLost = false;
    const before = this.#pictureHealth;
    this.#pictureHealth = frame.pictureHealth;
    if (wasLost || before.join() !== frame.pictureHealth.join()) this.publishStatus();
  }

  /** The source is gone until its next frame. */
  sourceLost(): void {
    this.#isSourceLost = true;
    this.publishStatus();
  }

  get #sourceHealth(): readonly string[] {
    return this.#isSourceLost ? ['camera_lost'] : this.#pictureHealth;
  }

  progress(): Progress {
    const { framesPublished, drops } = this.#totals();
    return {
      framesPublished,
      framesDropped: totalDrops(drops.snapshot()),
      publishedRateHz: this.publishedRate.recentHz(nowNs()),
    };
  }

  #pixels(slot: number, borrow: BorrowSlot): FramePixels {
    const { ring } = this.#parts.capture;
    return {
      layout: ring.layout,
      bytes: ring.pixels(slot),
      coded: ring.coded(slot),
      release: borrow(),
    };
  }

  /** The camera's stamp if there is one; else wall time for a live camera, and source time for anything else. */
  #stampNs(frame: CapturedFrame): bigint {
    if (frame.stampNs !== 0n) return frame.stampNs;
    const { capture, wallOffsetNs } = this.#parts;
    return capture.info.isLive ? frame.captureTimeNs + wallOffsetNs : frame.sourceTimeNs;
  }
}
