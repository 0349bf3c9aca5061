import { create, toBinary } from '@bufbuild/protobuf';
import type { Manifest, Task } from '../bundle/manifest.js';
import {
  type BundleReference,
  BundleReferenceSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import { SegmentationEncoder } from '../messages/segmentation-encoder.js';
import type { Detection, SignReading, SteeringResult } from '../perception/results.js';
import { initialSteeringState, limitSteering } from '../perception/steering/steering.js';
import { emptySignMemory, rememberSigns } from '../perception/tracking/sign-memory.js';
import { initialTrackingState, trackDetections } from '../perception/tracking/tracker.js';
import { boxMessage, dropMessages, stageStatusMessages, timingMessage } from './frame-messages.js';
import type { FrameOutcome } from './frame-record.js';
import type { LoadedStage } from './lane-messages.js';
import type { StageResult } from './stages/stage-result.js';

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
 * Puts what the stages saw of each frame into one message, and remembers from frame to frame what must be:
 * tracks, the readings of a sign along its track, the last steering angle. Frames come in order. The same
 * outcomes always give the same message, `timing` aside.
 */
export class FrameFuser {
  readonly bundles: readonly BundleReference[];
  /** Short codes that hold for the whole run. */
  readonly health: readonly string[];
  readonly #options: FuserOptions;
  #tracking = initialTrackingState;
  #signMemory = emptySignMemory;
  #steering = initialSteeringState;
  readonly #lastTimeNs = new Map<Task, bigint>();
  readonly #segmentationEncoder: SegmentationEncoder;

  constructor(options: FuserOptions) {
    this.#options = options;
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
    const { frame, drops } = outcome;
    const detections = this.#fuseDetections(outcome);
    const steering = this.#fuseSteering(outcome);
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
      signs: this.#fuseSigns(outcome, detections).map((reading) => {
        const { trackId, boxXyxyPx } = detections[reading.detectionIndex]!;
        const className = this.#className('signs', reading.classId);
        return { ...reading, className, trackId, boxPx: boxMessage(boxXyxyPx) };
      }),
      ...(steering && { steering }),
      stages: stageStatusMessages(outcome, stages),
      drops: dropMessages(drops),
      bundles: [...this.bundles],
      calibrationSha256,
      health: [...this.health],
      timing: timingMessage(outcome, stages, publishNs, wallOffsetNs),
      epoch,
    });
  }

  #fuseDetections(outcome: FrameOutcome<StageResult>): Detection[] {
    const found = resultOf(outcome, 'detection');
    if (found === undefined) return [];
    const dtS = this.#secondsSince('detection', outcome);
    const { state, detections } = trackDetections(this.#tracking, found.detections, dtS);
    this.#tracking = state;
    return detections;
  }

  #fuseSigns(outcome: FrameOutcome<StageResult>, detections: Detection[]): SignReading[] {
    const found = resultOf(outcome, 'signs');
    const decode = this.#options.stages.get('signs')?.manifest.decode;
    if (found === undefined || decode?.kind !== 'signs') return [];
    const live = new Set(this.#tracking.tracks.map(({ id }) => id));
    const fused = rememberSigns(this.#signMemory, found.batch, detections, live, decode);
    this.#signMemory = fused.memory;
    return fused.readings;
  }

  #fuseSteering(outcome: FrameOutcome<StageResult>): SteeringResult | undefined {
    const found = resultOf(outcome, 'steering');
    const decode = this.#options.stages.get('steering')?.manifest.decode;
    if (found === undefined || decode?.kind !== 'steering') return undefined;
    const dtS = this.#secondsSince('steering', outcome);
    const limited = limitSteering(this.#steering, found.rawAngleRad, dtS, decode);
    this.#steering = limited.state;
    return limited.result;
  }

  /** On the source's own time line, so that a replay at any pace fuses alike. */
  #secondsSince(stage: Task, { frame }: FrameOutcome): number {
    const lastNs = this.#lastTimeNs.get(stage) ?? frame.sourceTimeNs;
    this.#lastTimeNs.set(stage, frame.sourceTimeNs);
    return Number(frame.sourceTimeNs - lastNs) / 1e9;
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
