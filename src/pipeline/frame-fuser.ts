import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Task } from '../bundle/manifest.js';
import { dropMessages } from '../capture/source-messages.js';
import {
  type BundleReference,
  BundleReferenceSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type { FusionSettings } from '../stages/stage-fusion.js';
import type { StageResult } from '../stages/stage-result.js';
import type { StandingCamera } from '../stages/standing-camera.js';
import { type CrossCheck, crossCheckOf } from './cross-check-frame.js';
import { FrameMemory } from './frame-memory.js';
import { stageStatusMessages, timingMessage } from './frame-messages.js';
import type { CapturedFrame, FrameOutcome } from './frame-record.js';
import type { LoadedStage } from './lane-messages.js';

export interface FuserOptions {
  /** By task, each with its lane. */
  stages: ReadonlyMap<Task, LoadedStage & { lane: string }>;
  widthPx: number;
  heightPx: number;
  /** Empty if pixels are taken as they are. */
  calibrationSha256: string;
  /** If given, boxes get a place on the road. */
  standing?: StandingCamera | undefined;
  settings?: FusionSettings | undefined;
  /** Wall time minus monotonic time, nanoseconds. */
  wallOffsetNs: bigint;
  /** The pipeline's life under its supervisor; 0 when left out. */
  epoch?: number;
  /** Name of the camera in a rig with several; part of each message. */
  cameraName?: string | undefined;
}

/** A message about one stage of a frame, sent before the rest of the frame. */
export interface StageUpdate {
  topic: string;
  payload: Uint8Array;
}

export interface FusedFrame {
  /** Everything but `segmentation`, whose thousands of runs are only in the payload. */
  frame: PerceptionFrame;
  /** The complete message, serialised. */
  payload: Uint8Array;
}

/**
 * Fuses the stages' answers on each frame with what is remembered of earlier frames into one message. Frames must come in
 * order. The same outcomes always give the same message, apart from `timing`.
 */
export class FrameFuser {
  readonly bundles: readonly BundleReference[];
  /** Health codes that hold for the entire run. */
  readonly health: readonly string[];
  /** Health codes of the stages for the last frame. */
  stageHealth: readonly string[] = [];
  readonly #options: FuserOptions;
  readonly #memory: FrameMemory;
  readonly #crossCheck: CrossCheck | undefined;
  /** Stages whose answers the memory already has, for frames that are not yet fused. */
  readonly #accepted = new Map<number, Set<StageResult['stage']>>();

  private constructor(options: FuserOptions, memory: FrameMemory) {
    this.#options = options;
    this.#memory = memory;
    const { settings, standing } = options;
    this.#crossCheck = crossCheckOf(settings?.steeringCheck, standing, options.stages);
    this.bundles = [...options.stages].map(([task, { manifest, isCertified }]) =>
      create(BundleReferenceSchema, {
        task,
        version: manifest.version,
        networkSha256: manifest.network.sha256,
        isCertified,
      }),
    );
    const stages = [...options.stages.values()];
    this.health = [
      ...(stages.some(({ isCertified }) => !isCertified) ? ['uncertified'] : []),
      ...(stages.some(({ isPartlyOnCpu }) => isPartlyOnCpu) ? ['partly_on_cpu'] : []),
    ];
  }

  /** Loads the fusions of the stages that run. */
  static async open(options: FuserOptions): Promise<FrameFuser> {
    const manifests = new Map([...options.stages].map(([task, { manifest }]) => [task, manifest]));
    return new FrameFuser(
      options,
      await FrameMemory.open(manifests, options.standing, options.settings),
    );
  }

  /**
   * Takes an answer as soon as it is ready, so that what follows from it need not wait for the rest of its frame. The
   * answers of one stage must come in frame order. Any that are not accepted before are accepted when their frame is
   * fused.
   */
  accept(frame: CapturedFrame, result: StageResult): void {
    const accepted = this.#accepted.get(frame.id) ?? new Set();
    if (accepted.has(result.stage)) return;
    this.#accepted.set(frame.id, accepted.add(result.stage));
    this.#memory.accept(frame, result);
  }

  /**
   * Returns the part of another stage's answer that `stage` must read: what is new or has changed. Accept that answer
   * first.
   */
  narrow(stage: Task, frame: CapturedFrame, input: StageResult): StageResult {
    return this.#memory.narrow(stage, frame, input);
  }

  /**
   * Returns the serialised message that a stage's accepted answer sends at once; undefined for stages that wait for their
   * frame.
   */
  updateOf(
    stage: Task,
    frame: CapturedFrame,
    mode: string,
    publishNs: bigint,
  ): StageUpdate | undefined {
    const fusion = this.#memory.fusionOf(stage);
    if (fusion?.update === undefined) return undefined;
    const { stages, calibrationSha256, wallOffsetNs, cameraName = '' } = this.#options;
    return fusion.update(this.#memory.answersOf(frame), {
      frameId: BigInt(frame.id),
      sourceTimeNs: frame.sourceTimeNs,
      stampNs: frame.stampNs,
      bundle: this.bundles.find(({ task }) => task === stage)!,
      provider: stages.get(stage)!.provider,
      calibrationSha256,
      captureNs: frame.captureTimeNs,
      publishNs,
      wallOffsetNs,
      mode,
      camera: cameraName,
    });
  }

  /** Returns one frame's message and its bytes. `publishNs` is the monotonic time of its stamp. */
  fuse(outcome: FrameOutcome<StageResult>, publishNs: bigint): FusedFrame {
    for (const answer of outcome.stages.values())
      if (answer.state === 'ok') this.accept(outcome.frame, answer.result);
    this.#accepted.delete(outcome.frame.id);
    const answers = this.#memory.take(outcome.frame);
    const fields = Object.assign({}, ...this.#memory.fusions.map((one) => one.fields(answers)));
    const steeringCheck = this.#crossCheck?.check(outcome.frame, answers);
    this.stageHealth = [
      ...this.#memory.fusions.flatMap((one) => one.health?.(answers) ?? []),
      ...(this.#crossCheck?.health ?? []),
    ];
    const frame = create(PerceptionFrameSchema, {
      ...this.#header(outcome, publishNs),
      ...fields,
      ...(steeringCheck && { steeringCheck }),
    });
    let payload: Uint8Array = toBinary(PerceptionFrameSchema, frame);
    for (const { append } of this.#memory.fusions) {
      if (append !== undefined) payload = append(payload, answers);
    }
    return { frame, payload };
  }

  /** The fields of every frame's message, whatever its stages. */
  #header(
    outcome: FrameOutcome<StageResult>,
    publishNs: bigint,
  ): MessageInitShape<typeof PerceptionFrameSchema> {
    const { stages, widthPx, heightPx, calibrationSha256, wallOffsetNs } = this.#options;
    const { epoch = 0, cameraName = '' } = this.#options;
    const { frame, drops, mode = '' } = outcome;
    return {
      frameId: BigInt(frame.id),
      sourceTimeNs: frame.sourceTimeNs,
      stampNs: frame.stampNs,
      widthPx,
      heightPx,
      stages: stageStatusMessages(outcome, stages),
      drops: dropMessages(drops),
      mode,
      bundles: [...this.bundles],
      calibrationSha256,
      health: [...this.health, ...(frame.pictureHealth ?? []), ...this.stageHealth],
      segment: frame.segment ?? 0,
      timing: timingMessage(outcome, stages, publishNs, wallOffsetNs),
      epoch,
      camera: cameraName,
    };
  }
}
