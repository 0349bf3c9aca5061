import { create, toBinary } from '@bufbuild/protobuf';
import type { Manifest, Task } from '../bundle/manifest.js';
import {
  type BundleReference,
  BundleReferenceSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
  SteeringUpdateSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import { SegmentationEncoder } from '../messages/segmentation-encoder.js';
import type { StageResult } from '../stages/stage-result.js';
import { FrameMemory } from './frame-memory.js';
import { boxMessage, dropMessages, stageStatusMessages, timingMessage } from './frame-messages.js';
import type { CapturedFrame, FrameOutcome } from './frame-record.js';
import type { LoadedStage } from './lane-messages.js';

export interface FuserOptions {
  /** By task, with the lane that it rides in. */
  stages: ReadonlyMap<Task, LoadedStage & { lane: string }>;
  widthPx: number;
  heightPx: number;
  /** Empty where pixels are taken as they are. */
  calibrationSha256: string;
  /** Wall time minus monotonic time, nanoseconds. */
  wallOffsetNs: bigint;
  /** The pipeline's life under its supervisor; 0 when left out. */
  epoch?: number;
}

export interface FusedFrame {
  /** All but `segmentation`: thousands of runs that only the payload carries. */
  frame: PerceptionFrame;
  /** The whole message, serialised. */
  payload: Uint8Array;
}

/**
 * Puts what the stages saw of each frame into one message, fused with what was remembered from the frames
 * before. Frames come in order. The same outcomes always give the same message, `timing` aside.
 */
export class FrameFuser {
  readonly bundles: readonly BundleReference[];
  /** Short codes that hold for the whole run. */
  readonly health: readonly string[];
  readonly #options: FuserOptions;
  readonly #memory: FrameMemory;
  /** Answers that the memory has, of frames that are not yet fused. */
  readonly #accepted = new Map<number, Set<StageResult['stage']>>();
  readonly #segmentationEncoder: SegmentationEncoder;

  constructor(options: FuserOptions) {
    this.#options = options;
    this.#memory = new FrameMemory(
      new Map([...options.stages].map(([task, { manifest }]) => [task, manifest])),
    );
    this.#segmentationEncoder = new SegmentationEncoder(
      classesOf(options.stages.get('segmentation')?.manifest),
    );
    this.bundles = [...options.stages].map(([task, { manifest, isCertified }]) =>
      create(BundleReferenceSchema, {
        task,
        version: manifest.version,
        networkSha256: manifest.network.sha256,
        isCertified,
      }),
    );
    this.health = this.bundles.some(({ isCertified }) => !isCertified) ? ['uncertified'] : [];
  }

  /**
   * Takes an answer as soon as it stands, so that what follows from it need not wait for the rest of its frame.
   * Of one stage, frames come in order. What was not accepted before is when its frame is fused.
   */
  accept(frame: CapturedFrame, result: StageResult): void {
    const accepted = this.#accepted.get(frame.id) ?? new Set();
    if (accepted.has(result.stage)) return;
    this.#accepted.set(frame.id, accepted.add(result.stage));
    this.#memory.accept(frame, result);
  }

  /** Indices of the frame's boxes whose signs are new or have grown; its detections were accepted. */
  signsToRead(frame: CapturedFrame): number[] {
    return this.#memory.signsToRead(frame);
  }

  /** The frame's steering on its own, serialised; undefined where that answer was not accepted. */
  steeringUpdate(frame: CapturedFrame, mode: string, publishNs: bigint): Uint8Array | undefined {
    const steering = this.#memory.steeringOf(frame);
    if (steering === undefined) return undefined;
    const { stages, calibrationSha256, wallOffsetNs } = this.#options;
    const bundle = this.bundles.find(({ task }) => task === 'steering')!;
    const update = create(SteeringUpdateSchema, {
      frameId: BigInt(frame.id),
      sourceTimeNs: frame.sourceTimeNs,
      stampNs: frame.stampNs,
      steering,
      bundle,
      provider: stages.get('steering')!.provider,
      calibrationSha256,
      captureNs: frame.captureTimeNs,
      publishNs,
      wallOffsetNs,
      mode,
    });
    return toBinary(SteeringUpdateSchema, update);
  }

  /** One frame's message, and its bytes. `publishNs` is the monotonic time that it is stamped with. */
  fuse(outcome: FrameOutcome<StageResult>, publishNs: bigint): FusedFrame {
    const frame = this.#fuseObjects(outcome, publishNs);
    const payload = toBinary(PerceptionFrameSchema, frame);
    const found = resultOf(outcome, 'segmentation');
    return found === undefined
      ? { frame, payload }
      : { frame, payload: this.#segmentationEncoder.append(payload, found.segmentation) };
  }

  #fuseObjects(outcome: FrameOutcome<StageResult>, publishNs: bigint): PerceptionFrame {
    const { stages, widthPx, heightPx, calibrationSha256, wallOffsetNs, epoch = 0 } = this.#options;
    const { frame, drops, mode = '' } = outcome;
    for (const answer of outcome.stages.values())
      if (answer.state === 'ok') this.accept(frame, answer.result);
    this.#accepted.delete(frame.id);
    const { detections, signs, steering } = this.#memory.take(frame);
    return create(PerceptionFrameSchema, {
      frameId: BigInt(frame.id),
      sourceTimeNs: frame.sourceTimeNs,
      stampNs: frame.stampNs,
      widthPx,
      heightPx,
      detections: detections.map((detection) => ({
        classId: detection.classId,
        className: this.#className('detection', detection.classId),
        score: detection.score,
        boxPx: boxMessage(detection.boxXyxyPx),
        trackId: detection.trackId,
      })),
      signs: signs.map((reading) => {
        const { trackId, boxXyxyPx } = detections[reading.detectionIndex]!;
        const className = this.#className('signs', reading.classId);
        return { ...reading, className, trackId, boxPx: boxMessage(boxXyxyPx) };
      }),
      ...(steering && { steering }),
      stages: stageStatusMessages(outcome, stages),
      drops: dropMessages(drops),
      mode,
      bundles: [...this.bundles],
      calibrationSha256,
      health: [...this.health],
      timing: timingMessage(outcome, stages, publishNs, wallOffsetNs),
      epoch,
    });
  }

  #className(stage: Task, classId: number): string {
    return classesOf(this.#options.stages.get(stage)?.manifest)[classId] ?? '';
  }
}

function classesOf(manifest: Manifest | undefined): readonly string[] {
  const decode = manifest?.decode;
  return decode === undefined || decode.kind === 'steering' ? [] : decode.classes;
}

/** The stage's answer, where it came in time. */
function resultOf<S extends StageResult['stage']>(
  { stages }: FrameOutcome<StageResult>,
  stage: S,
): Extract<StageResult, { stage: S }> | undefined {
  const outcome = stages.get(stage);
  return outcome?.state === 'ok'
    ? (outcome.result as Extract<StageResult, { stage: S }>)
    : undefined;
}
