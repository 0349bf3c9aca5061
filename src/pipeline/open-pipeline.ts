import type { Task } from '../bundle/manifest.js';
import { type CameraModel, scaleCamera } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import type { CameraOfOptions } from '../capture/camera-of.js';
import { type CaptureHandle, startCapture } from '../capture/capture-thread.js';
import { withoutCredentials } from '../capture/credentials.js';
import { startWallClock } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import { OutputSet } from '../outputs/output-set.js';
import { countHeldFrames, openOutputs } from '../outputs/output-table.js';
import { classesOf } from '../stages/classes-of.js';
import { BundleMeasurement, describeChoice, withChosenBundles } from './bundle-choice.js';
import type { FramePlanner } from './frame-plan.js';
import type { Lane } from './lane.js';
import { LaneCrew, type PlacedStage } from './lane-crew.js';
import { describeLanes, LaneMeasurement, type PlannedLanes } from './lane-plan.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { PipelineRun } from './pipeline-run.js';
import type { PipelineConfig } from './pipeline-schema.js';
import { sourceOptionsOf } from './source-options.js';

// What takes long to load (protobuf, MCAP, ZeroMQ) is imported below, inside the functions: the lanes and the
// capture start first and load their networks in their own threads meanwhile.

/**
 * Opens everything that a run needs, all at the same time: lanes load and prove their networks while the
 * source, the calibration, the socket and the recording open. Where the lanes are to be planned, their networks
 * are measured first. Rejects with the first fault, everything closed.
 */
export async function openPipeline(options: PipelineOptions): Promise<PipelineRun> {
  const { config, source, pacing, rateFactor = 1, opened: given, frames } = options;
  const sourceOptions = { ...sourceOptionsOf(config), ...options.sourceOptions };
  const open: { close(): Promise<unknown> }[] = [];
  const kept = async <T>(opening: Promise<T>, close: (part: T) => Promise<unknown>) => {
    const part = await opening;
    open.push({ close: () => close(part) });
    return part;
  };
  await guardRecording(options);
  const crewMaker = new CrewMaker(options);
  const { supervised } = options;
  const { note, onKeep } = options;
  const settings = { ...config, source, supervised, note, onKeep };
  const openingOutputs = [
    ...openOutputs(settings),
    ...(options.outputs ?? []).map((output) => Promise.resolve(output)),
  ];
  // An output that reads pixels holds slots of its own, so that lanes have as many as without it.
  const heldFrames = (options.outputs ?? [])
    .filter(({ needsPixels }) => needsPixels)
    .reduce((sum, { heldFrames = 1 }) => sum + heldFrames, countHeldFrames(settings));
  const slotCount = config.ring.slots + heldFrames;
  const { pictureHealth } = config;
  const captureOptions = { source, sourceOptions, pacing, rateFactor, slotCount, pictureHealth };
  const starting = async () => {
    if (given !== undefined) return given.capture;
    if (frames === undefined) return startCapture(captureOptions);
    const { captureFrames } = await import('../capture/capture-frames.js');
    return captureFrames(frames.source, captureOptions);
  };
  const capturing = kept(starting(), (capture) => capture.stop());
  const { topic } = sourceOptions;
  const calibrating = calibrationFor(config.calibration, source, given ?? frames, {
    topic,
    note: options.note,
  });
  const mounting = openMount(config.mount, source);
  const opening = [
    capturing,
    calibrating,
    Promise.all(openingOutputs.map((output) => kept(output, (part) => part.close('failed')))),
    Promise.all([import('./frame-fuser.js'), import('./pipeline-run.js')]),
    crewMaker.load(capturing, calibrating),
    readPlan(options),
    mounting,
  ] as const;
  try {
    const [capture, calibrated, opened, code, made, repeated, mount] = await Promise.all(opening);
    const { crew, stages } = made;
    const [{ FrameFuser }, { PipelineRun }] = code;
    const { widthPx, heightPx } = capture.info.layout;
    const camera = cameraIn(capture, calibrated);
    checkHasCamera(config, camera);
    const standing = camera && mount && { camera, mount };
    const calibration = await hashOf(camera);
    const outputs = new OutputSet(opened);
    const { name: sourceName, isLive = false, nominalRateHz, layout } = capture.info;
    await outputs.begin({
      source: withoutCredentials(source),
      sourceName,
      isLive,
      nominalRateHz,
      layout,
      pacing,
      pictureTopic: sourceOptions.topic,
      camera,
      mount,
      calibrationSha256: calibration,
      manifests: new Map([...stages].map(([task, { manifest }]) => [task, manifest])),
      lanes: JSON.stringify(crew.planned),
      pipeline: JSON.stringify(config, undefined, 2),
    });
    const { graph, lanes, relays, planned } = crew;
    const detectorClasses = classesOf(stages.get('detection')?.manifest);
    for (const lane of lanes) lane.prepare({ ring: capture.ring.shared, camera, detectorClasses });
    await Promise.all(relays.map((relay) => relay.firstReady));
    const wallOffsetNs = startWallClock().offsetNs;
    const epoch = options.supervised?.epoch ?? 0;
    const proven = withProvenInputs(stages, lanes);
    const known = { stages: proven, calibrationSha256: calibration, wallOffsetNs, epoch };
    const fuser = await FrameFuser.open({ ...known, standing, widthPx, heightPx });
    const { withRecordedNotes } = await import('./recorded-notes.js');
    const noted = withRecordedNotes(options, outputs, wallOffsetNs);
    const conducted = { options: noted, graph, planned, lanes, relays, repeated };
    return new PipelineRun({ ...known, ...conducted, capture, fuser, outputs });
  } catch (error) {
    // Lanes stop loading; whatever else is still opening is closed as soon as it is open.
    await Promise.allSettled([...opening.slice(0, 3), crewMaker.giveUp()]);
    await Promise.allSettled(open.map((part) => part.close()));
    throw error;
  }
}

/** A stage is certified only where the way from the frame to its network is, too. */
function withProvenInputs(
  stages: ReadonlyMap<Task, PlacedStage>,
  lanes: readonly Lane[],
): ReadonlyMap<Task, PlacedStage> {
  const unproven = new Set(lanes.flatMap(({ uncertifiedInputs }) => uncertifiedInputs));
  return new Map(
    [...stages].map(([task, stage]) => [
      task,
      { ...stage, isCertified: stage.isCertified && !unproven.has(task) },
    ]),
  );
}

/**
 * Starts the lanes: at once where the file declares everything, else when it is measured which bundles to take (live
 * only: in lock-step the first-named runs, so that results do not hang on a measurement) and how to share them out.
 */
class CrewMaker {
  readonly #options: PipelineOptions;
  readonly #bundles: BundleMeasurement | undefined;
  #lanes: LaneMeasurement | undefined;
  #crew: LaneCrew | undefined;
  #isGivenUp = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { config, pacing } = options;
    if (config.alternatives !== undefined && pacing === 'realtime')
      this.#bundles = new BundleMeasurement(config);
    else if (config.lanes === 'auto') this.#lanes = new LaneMeasurement(config);
    else this.#crew = new LaneCrew(options, declaredLanes(config.lanes));
  }

  async load(capturing: Promise<CaptureHandle>, calibrating: Promise<CameraModel | undefined>) {
    const crew = this.#crew ?? (await this.#plan(capturing, calibrating));
    return { crew, stages: await crew.stages };
  }

  async giveUp(): Promise<void> {
    this.#isGivenUp = true;
    await Promise.all([this.#bundles?.close(), this.#lanes?.close(), this.#crew?.close()]);
  }

  async #plan(capturing: Promise<CaptureHandle>, calibrating: Promise<CameraModel | undefined>) {
    const [capture, calibrated] = await Promise.all([capturing, calibrating]);
    const camera = cameraIn(capture, calibrated);
    const choices = await this.#bundles?.choose(capture, camera);
    await this.#bundles?.close();
    this.#checkIsWanted();
    for (const choice of choices ?? [])
      this.#options.note?.(`bundle chosen: ${describeChoice(choice)}`);
    const config = withChosenBundles(this.#options.config, choices ?? []);
    const planned = await this.#planLanes(config, capture, camera);
    this.#crew = new LaneCrew(
      { ...this.#options, config },
      { ...planned, ...(choices && { choices }) },
    );
    return this.#crew;
  }

  async #planLanes(
    config: PipelineConfig,
    capture: CaptureHandle,
    camera: CameraModel | undefined,
  ): Promise<PlannedLanes> {
    if (config.lanes !== 'auto') return declaredLanes(config.lanes);
    this.#lanes ??= new LaneMeasurement(config);
    const planned = await this.#lanes.plan(capture, camera);
    await this.#lanes.close();
    this.#checkIsWanted();
    this.#options.note?.(`lanes planned: ${describeLanes(planned)}`);
    return planned;
  }

  #checkIsWanted(): void {
    if (this.#isGivenUp) throw new PerceptionError('ERR_INTERNAL', 'the opening was given up');
  }
}

const declaredLanes = (lanes: PlannedLanes['lanes']): PlannedLanes => ({
  lanes,
  by: 'file',
  stageMs: {},
});

/**
 * The bundles that a live run would take here, and the lanes that it would make, for this source, measured now; everything
 * is closed again.
 */
export async function measurePlan(config: PipelineConfig, source: string): Promise<PlannedLanes> {
  const slotCount = config.ring.slots;
  const sourceOptions = sourceOptionsOf(config);
  const capturing = startCapture({ source, sourceOptions, pacing: 'lockstep', slotCount });
  let measurement: { close(): Promise<void> } | undefined;
  try {
    const { topic } = config;
    const calibrating = calibrationFor(config.calibration, source, undefined, { topic });
    const [capture, calibrated] = await Promise.all([capturing, calibrating]);
    const camera = cameraIn(capture, calibrated);
    const bundles = new BundleMeasurement(config);
    measurement = bundles;
    const choices = await bundles.choose(capture, camera);
    await bundles.close();
    const chosen = choices.length === 0 ? {} : { choices };
    if (config.lanes !== 'auto') return { ...declaredLanes(config.lanes), ...chosen };
    const lanes = new LaneMeasurement(withChosenBundles(config, choices));
    measurement = lanes;
    return { ...(await lanes.plan(capture, camera)), ...chosen };
  } finally {
    const stopped = capturing.then((capture) => capture.stop());
    await Promise.allSettled([measurement?.close(), stopped]);
  }
}

/** The camera model for frames of the size that they have. */
function cameraIn({ info }: CaptureHandle, calibrated: CameraModel | undefined) {
  return calibrated && scaleCamera(calibrated, info.layout.widthPx, info.layout.heightPx);
}

async function calibrationFor(
  calibration: string,
  source: string,
  /** What the caller opened: nothing is looked up by the name of that. */
  carrier?: { camera?: CameraModel | undefined },
  about: CameraOfOptions = {},
): Promise<CameraModel | undefined> {
  if (carrier !== undefined && calibration === 'recording') return carrier.camera;
  const { cameraOf } = await import('../capture/camera-of.js');
  return cameraOf(calibration, source, about);
}

async function openMount(mount: string, source: string): Promise<MeasuredMount | undefined> {
  const { mountOf } = await import('../capture/mount-of.js');
  return mountOf(mount, source);
}

/** Without a lens, a mount gives no distances: a file that was named would be passed over in silence. */
function checkHasCamera({ mount }: PipelineConfig, camera: CameraModel | undefined): void {
  if (camera === undefined && mount !== 'none' && mount !== 'recording')
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `mount ${mount}: expected a calibration beside it, found none`,
    );
}

async function hashOf(camera: CameraModel | undefined): Promise<string> {
  const { calibrationSha256 } = await import('../calibration/camera-info.js');
  return camera === undefined ? '' : calibrationSha256(camera);
}

async function readPlan({
  config,
  pacing,
  repeat,
}: PipelineOptions): Promise<FramePlanner | undefined> {
  if (repeat === undefined) return undefined;
  if (pacing !== 'lockstep')
    throw new PerceptionError('ERR_USAGE', 'a run is repeated in lock-step, found realtime');
  const { RecordedPlan } = await import('./recorded-plan.js');
  const plan = await RecordedPlan.read(repeat, config.degradation?.modes ?? []);
  return (frame) => plan.planFrame(frame);
}

/** Before the first frame: a recording takes the place of older results alone, and of nothing that the run reads. */
async function guardRecording({ config, source, repeat }: PipelineOptions): Promise<void> {
  const { record, calibration, mount, bundles, publish, listen } = config;
  if (record === undefined) return;
  const { guardOutputs } = await import('../files/output-guard.js');
  const keyFile = publish.zeromq?.curve?.keyFile;
  const inputs = [
    { role: 'the drive', path: source },
    { role: 'the calibration', path: calibration },
    { role: 'the mount', path: mount },
    ...Object.values(bundles).map((path = '') => ({ role: 'a bundle', path })),
    ...(repeat === undefined ? [] : [{ role: 'the run to repeat', path: repeat }]),
    ...[keyFile ?? [], listen?.tokenFile ?? []]
      .flat()
      .map((path) => ({ role: 'the key file', path })),
  ];
  guardOutputs([{ option: 'recording', path: record.path, kind: 'recording' }], inputs);
  const { checkNoDriveAt } = await import('../recording/recording-kind.js');
  await checkNoDriveAt(record.path);
}
