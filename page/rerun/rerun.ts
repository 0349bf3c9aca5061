import { fromBinary } from '@bufbuild/protobuf';
import type { Bundle } from '../../src/bundle/bundle.js';
import { type Task, tasks } from '../../src/bundle/manifest.js';
import { calibrationSha256 } from '../../src/calibration/camera-info.js';
import { type CameraModel, scaleCamera } from '../../src/calibration/camera-model.js';
import type { MeasuredMount } from '../../src/calibration/mount.js';
import { nowNs, startWallClock } from '../../src/frame/clock.js';
import type { FrameLayout } from '../../src/frame/frame.js';
import { hasErrorCode } from '../../src/frame/perception-error.js';
import { certify, type NetworkSession } from '../../src/inference/network-session.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { FrameFuser } from '../../src/pipeline/frame-fuser.js';
import type { CapturedFrame, FrameOutcome, StageOutcome } from '../../src/pipeline/frame-record.js';
import { classesOf } from '../../src/stages/classes-of.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { CreateStageRunner, StageRunner } from '../../src/stages/stage-runner.js';
import type { StageSetup } from '../../src/stages/stage-setup.js';
import { stagesByPriority, stageTable } from '../../src/stages/stage-table.js';
import type { StandingCamera } from '../../src/stages/standing-camera.js';
import { type HeldInput, heldInput } from './held-input.js';
import { type RerunSettings, withSettings } from './settings.js';

export interface RerunOptions {
  /** One bundle per task. */
  bundles: readonly Bundle[];
  frame: FrameLayout;
  /** As the drive carries it, for any picture size. */
  camera: CameraModel | undefined;
  mount?: MeasuredMount | undefined;
  createSession(bundle: Bundle): Promise<NetworkSession>;
}

/** Frames whose answers are kept, so that what they left in memory (tracks, signs) can be rebuilt. */
const keptOutcomes = 120;

interface LoadedNetwork {
  setup: StageSetup;
  createRunner: CreateStageRunner;
  /** Made if the stage reads full frames. */
  input?: HeldInput;
  isCertified: boolean;
  maxAbsDifference: number;
}

/**
 * The rig's stages and its frame fuser, on any kind of session: the same preprocessing, decoding, tracking and
 * messages. Await each call before the next.
 */
export class Rerun {
  readonly #networks: ReadonlyMap<Task, LoadedNetwork>;
  readonly #layout: FrameLayout;
  readonly #calibrationSha256: string;
  readonly #standing: StandingCamera | undefined;
  readonly #wallOffsetNs = startWallClock().offsetNs;
  #runners = new Map<Task, StageRunner>();
  #fuser!: FrameFuser;
  #settings: RerunSettings = {};
  #outcomes: FrameOutcome<StageResult>[] = [];
  #pixels: Uint8Array | undefined;

  private constructor(
    networks: ReadonlyMap<Task, LoadedNetwork>,
    layout: FrameLayout,
    calibration: string,
    standing: StandingCamera | undefined,
  ) {
    this.#networks = networks;
    this.#layout = layout;
    this.#calibrationSha256 = calibration;
    this.#standing = standing;
  }

  /** Loads and checks the networks. Rejects as the rig does, with a one-line error about the bundle. */
  static async open(options: RerunOptions): Promise<Rerun> {
    const sessions: NetworkSession[] = [];
    try {
      return await Rerun.#load({
        ...options,
        async createSession(bundle) {
          const session = await options.createSession(bundle);
          sessions.push(session);
          return session;
        },
      });
    } catch (error) {
      await disposeAll(sessions);
      throw error;
    }
  }

  static async #load({
    bundles,
    frame,
    camera,
    mount,
    createSession,
  }: RerunOptions): Promise<Rerun> {
    const scaled = camera && scaleCamera(camera, frame.widthPx, frame.heightPx);
    const detector = bundles.find(({ manifest }) => manifest.task === 'detection');
    const detectorClasses = classesOf(detector?.manifest);
    const networks = new Map<Task, LoadedNetwork>();
    for (const task of stagesByPriority) {
      const bundle = bundles.find(({ manifest }) => manifest.task === task);
      if (bundle === undefined) continue;
      const session = await createSession(bundle);
      const { isCertified, maxAbsDifference } = await certify(session, bundle, {
        allowUncertified: true,
      });
      const setup = { bundle, session, frame, camera: scaled, detectorClasses };
      const createRunner = await stageTable[task].loadRunner();
      networks.set(task, { setup, createRunner, isCertified, maxAbsDifference });
    }
    const calibration = scaled ? await calibrationSha256(scaled) : '';
    const standing = scaled && mount && { camera: scaled, mount };
    const rerun = new Rerun(networks, frame, calibration, standing);
    rerun.#prepareRunners();
    rerun.#fuser = await rerun.#newFuser();
    return rerun;
  }

  /** How far each network is from its golden outputs, and whether that is within its tolerance. */
  get certificates(): { task: Task; isCertified: boolean; maxAbsDifference: number }[] {
    return tasks.flatMap((task) => {
      const network = this.#networks.get(task);
      if (network === undefined) return [];
      const { isCertified, maxAbsDifference } = network;
      return [{ task, isCertified, maxAbsDifference }];
    });
  }

  /**
   * Runs the networks on a frame of the layout. `isNext`: it directly follows the previous frame, so that tracks and signs
   * continue; otherwise memory is cleared.
   */
  async run(
    pixels: Uint8Array,
    frame: Pick<CapturedFrame, 'id' | 'sourceTimeNs' | 'stampNs'>,
    isNext: boolean,
  ): Promise<PerceptionFrame> {
    if (!isNext) {
      this.#outcomes = [];
      this.#fuser = await this.#newFuser();
    }
    this.#pixels = pixels;
    this.#hold(false);
    const nowCaptureNs = nowNs();
    const captured = {
      ...frame,
      slot: 0,
      captureTimeNs: nowCaptureNs,
      arrivalTimeNs: nowCaptureNs,
      dropsBefore: {},
    };
    const outcome = await this.#runStages(captured);
    this.#outcomes.push(outcome);
    if (this.#outcomes.length > keptOutcomes) this.#outcomes.shift();
    return this.#fuse(outcome);
  }

  /** Changes thresholds. Decodes the frame shown again without running its full-frame networks again. */
  async applySettings(settings: RerunSettings): Promise<PerceptionFrame | undefined> {
    this.#settings = settings;
    this.#prepareRunners();
    this.#fuser = await this.#newFuser();
    const shown = this.#outcomes.pop();
    // Earlier frames keep their results: memory is rebuilt from them.
    for (const outcome of this.#outcomes) this.#fuser.fuse(withoutMap(outcome), nowNs());
    if (shown === undefined || this.#pixels === undefined) return undefined;
    this.#hold(true);
    const outcome = await this.#runStages(shown.frame);
    this.#outcomes.push(outcome);
    return this.#fuse(outcome);
  }

  async dispose(): Promise<void> {
    await disposeAll([...this.#networks.values()].map(({ setup }) => setup.session));
  }

  async #runStages(frame: CapturedFrame): Promise<FrameOutcome<StageResult>> {
    const stages = new Map<Task, StageOutcome<StageResult>>();
    for (const [task, runner] of this.#runners) {
      const { reads } = stageTable[task];
      const found = reads && stages.get(reads);
      const input = found?.state === 'ok' ? found.result : undefined;
      const dispatchNs = nowNs();
      try {
        const { result, marks } = await runner.run(this.#pixels!, input);
        stages.set(task, { state: 'ok', result, times: { dispatchNs, ...marks } });
      } catch (error) {
        const errorCode = hasErrorCode(error) ? (error.code as 'ERR_INFERENCE') : 'ERR_INFERENCE';
        stages.set(task, { state: 'failed', errorCode });
      }
    }
    return { frame, stages, drops: {} };
  }

  #fuse(outcome: FrameOutcome<StageResult>): PerceptionFrame {
    return fromBinary(PerceptionFrameSchema, this.#fuser.fuse(outcome, nowNs()).payload);
  }

  #hold(isHeld: boolean): void {
    for (const { input } of this.#networks.values()) if (input !== undefined) input.isHeld = isHeld;
  }

  #prepareRunners(): void {
    this.#runners = new Map(
      [...this.#networks].map(([task, network]) => {
        const { setup, createRunner } = network;
        const manifest = withSettings(setup.bundle.manifest, this.#settings);
        const held = () => {
          network.input ??= heldInput(setup);
          return network.input;
        };
        return [task, createRunner({ ...setup, bundle: { ...setup.bundle, manifest } }, held)];
      }),
    );
  }

  #newFuser(): Promise<FrameFuser> {
    // Messages name stages in the order of the tasks, but stages run by priority.
    const loaded = tasks.flatMap((task) => {
      const network = this.#networks.get(task);
      return network === undefined ? [] : ([[task, network]] as const);
    });
    const stages = loaded.map(([task, network]) => {
      const { setup, isCertified, maxAbsDifference } = network;
      const manifest = withSettings(setup.bundle.manifest, this.#settings);
      const { provider, isPartlyOnCpu } = setup.session;
      return [
        task,
        { manifest, provider, isPartlyOnCpu, isCertified, maxAbsDifference, lane: 'page' },
      ] as const;
    });
    const { widthPx, heightPx } = this.#layout;
    return FrameFuser.open({
      stages: new Map(stages),
      standing: this.#standing,
      widthPx,
      heightPx,
      calibrationSha256: this.#calibrationSha256,
      wallOffsetNs: this.#wallOffsetNs,
    });
  }
}

async function disposeAll(sessions: readonly NetworkSession[]): Promise<void> {
  for (const session of sessions) await session.dispose();
}

/** Omits the class map, which leaves nothing in memory and takes long to put into a message. */
function withoutMap(outcome: FrameOutcome<StageResult>): FrameOutcome<StageResult> {
  const stages = new Map(outcome.stages);
  if (stages.has('segmentation')) stages.set('segmentation', { state: 'skipped', reason: 'input' });
  return { ...outcome, stages };
}
