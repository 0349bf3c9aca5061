import type { Task } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import { type CaptureHandle, startCapture } from '../capture/capture-thread.js';
import { withoutCredentials } from '../capture/credentials.js';
import type { SourceOptions } from '../capture/source-options.js';
import { startWallClock } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { Output } from '../outputs/output.js';
import { OutputSet } from '../outputs/output-set.js';
import { countHeldFrames, openOutputs } from '../outputs/output-table.js';
import { shareOutputs } from '../outputs/share-outputs.js';
import { classesOf } from '../stages/classes-of.js';
import { calibrationFor, cameraIn, checkHasCamera, checkStands, hashOf } from './camera-for-run.js';
import { CrewMaker } from './crew-maker.js';
import type { FramePlanner } from './frame-plan.js';
import { guardRecording } from './guard-recording.js';
import type { Lane } from './lane.js';
import type { PlacedStage } from './lane-crew.js';
import { withMaskedSources } from './masked-sources.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { PipelineRun } from './pipeline-run.js';
import { sourceOptionsOf } from './source-options.js';

// Modules that load slowly (protobuf, MCAP, ZeroMQ) are imported inside the functions below: the lanes and the capture
// start first, and load in their own threads meanwhile.

/**
 * Opens everything that a run needs, all at the same time: lanes load and prove their networks while the source, the
 * calibration, the socket and the recording open. If the lanes are to be planned, their networks are measured first.
 * Rejects with the first fault, everything closed.
 */
export async function openPipeline(options: PipelineOptions): Promise<PipelineRun> {
  const { checkHasOneCamera } = await import('./cameras/camera-configs.js');
  checkHasOneCamera(options.config, 'this');
  const [run] = await openRuns(options, [options]);
  return run!;
}

/**
 * As openPipeline, for several cameras that share lanes and outputs: resolves with one run for each. `cameras` are the
 * options of each run, `options` those they have in common. `paced` may wrap the captures before the runs get them.
 */
export async function openRuns(
  options: PipelineOptions,
  cameras: readonly PipelineOptions[],
  paced: (captures: readonly CaptureHandle[]) => readonly CaptureHandle[] = (captures) => captures,
): Promise<PipelineRun[]> {
  const { config, supervised, note, onKeep } = options;
  const closing: (() => Promise<unknown>)[] = [];
  const kept: Keep = (opening, close) => {
    closing.push(async () => close(await opening));
    return opening;
  };
  for (const camera of cameras) await guardRecording(camera);
  const isRig = cameras.length > 1 || cameras[0]!.cameraName !== undefined;
  const crewMaker = new CrewMaker(options, isRig ? cameras.map((one) => one.config) : undefined);
  const named = cameras.map(({ cameraName: name = '', source }) => ({ name, source }));
  const { source } = cameras[0]!;
  const { cameras: _, ...common } = config;
  const about = { source, supervised, note, onKeep, ...(isRig && { cameras: named }) };
  const settings = { ...common, ...about };
  const openingOutputs = [
    ...openOutputs(settings),
    ...(options.outputs ?? []).map((output) => Promise.resolve(output)),
  ];
  const ofFile = countHeldFrames(settings);
  const eyes = cameras.map((camera) =>
    openEye(camera, ofFile + countHeldBy(options.outputs ?? [], camera.cameraName), kept),
  );
  const [firstEye] = eyes;
  const opening = [
    Promise.all(eyes.map(({ capturing }) => capturing)),
    Promise.all(eyes.map(({ calibrating }) => calibrating)),
    Promise.all(openingOutputs.map((output) => kept(output, (part) => part.close('failed')))),
    Promise.all([
      import('./frame-fuser.js'),
      import('./pipeline-run.js'),
      import('./recorded-notes.js'),
    ]),
    crewMaker.load(firstEye!.capturing, firstEye!.calibrating),
    readPlan(options),
    Promise.all(eyes.map(({ mounting }) => mounting)),
  ] as const;
  try {
    const [captures, calibrated, opened, code, made, repeated, mounts] = await Promise.all(opening);
    const { crew, stages } = made;
    const { planned } = crew;
    const [{ FrameFuser }, { PipelineRun }, { withRecordedNotes }] = code;
    const outputsOf = isRig ? shareOutputs(opened, cameras.length) : [opened];
    const seen = captures.map((capture, index) => ({
      capture,
      camera: cameraIn(capture, calibrated[index]),
      mount: mounts[index],
      outputs: new OutputSet(outputsOf[index]!),
      stages: stages[index]!,
    }));
    const calibrations = await Promise.all(seen.map(({ camera }) => hashOf(camera)));
    // One after the other, so that outputs write about cameras in a fixed order.
    for (const [index, { capture, camera, mount, outputs, stages: placed }] of seen.entries()) {
      const { config: own, source: place, pacing, cameraName } = cameras[index]!;
      checkHasCamera(own, camera);
      checkStands(own, camera, mount);
      if (camera && mount) capture.expectMount?.(camera, mount);
      const { name: sourceName, isLive = false, nominalRateHz, layout } = capture.info;
      await outputs.begin({
        source: withoutCredentials(place),
        sourceName,
        isLive,
        nominalRateHz,
        layout,
        pacing,
        pictureTopic: optionsOfSource(cameras[index]!).topic,
        camera,
        mount,
        calibrationSha256: calibrations[index]!,
        manifests: new Map([...placed].map(([task, { manifest }]) => [task, manifest])),
        lanes: JSON.stringify(planned),
        pipeline: JSON.stringify(withMaskedSources(own), undefined, 2),
        ...(cameraName !== undefined && { cameraName }),
      });
    }
    await crew.prepare(
      seen.map(({ capture, camera, stages: placed }) => {
        const detectorClasses = classesOf(placed.get('detection')?.manifest);
        return { ring: capture.ring.shared, camera, detectorClasses };
      }),
    );
    const wallOffsetNs = startWallClock().offsetNs;
    const epoch = supervised?.epoch ?? 0;
    const seats = crew.seats();
    const handed = paced(captures);
    return await Promise.all(
      seen.map(async ({ capture, camera, mount, outputs, stages: placed }, index) => {
        const own = cameras[index]!;
        const { widthPx, heightPx } = capture.info.layout;
        const standing = camera && mount && { camera, mount };
        const { graph, lanes, relays } = seats[index]!;
        const proven = withProvenInputs(placed, crew.lanes, index);
        const calibrationSha256 = calibrations[index]!;
        const known = { stages: proven, calibrationSha256, wallOffsetNs, epoch };
        const { cameraName } = own;
        const frames = { standing, widthPx, heightPx, cameraName };
        const { novelty, steeringCheck, ground } = options.config;
        const settings = { novelty, steeringCheck, ground };
        const fuser = await FrameFuser.open({ ...known, ...frames, settings });
        const noted = withRecordedNotes(own, outputs, wallOffsetNs);
        const conducted = { options: noted, graph, planned, lanes, relays, repeated };
        return new PipelineRun({ ...known, ...conducted, capture: handed[index]!, fuser, outputs });
      }),
    );
  } catch (error) {
    // Lanes stop loading; whatever else is still opening is closed as soon as it is open.
    await Promise.allSettled([crewMaker.giveUp(), ...closing.map((close) => close())]);
    throw error;
  }
}

/**
 * Slots that outputs hold to read pixels. They are added, so that lanes have as many as without those outputs; an output
 * holds none in the ring of a camera that it does not look at.
 */
const countHeldBy = (outputs: readonly Output[], cameraName: string | undefined): number =>
  outputs
    .filter((output) => looksAt(output, cameraName))
    .reduce((sum, { heldFrames = 1 }) => sum + heldFrames, 0);

/** One camera while it opens. */
interface OpeningEye {
  capturing: Promise<CaptureHandle>;
  calibrating: Promise<CameraModel | undefined>;
  mounting: Promise<MeasuredMount | undefined>;
}

type Keep = <T>(opening: Promise<T>, close: (part: T) => Promise<unknown>) => Promise<T>;

function openEye(options: PipelineOptions, heldFrames: number, kept: Keep): OpeningEye {
  const { config, source, pacing, rateFactor = 1, opened: given, frames } = options;
  const sourceOptions = withCodedForLookers(options);
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
  const carried = config.mount === 'recording' ? given?.mount : undefined;
  const mounting = carried ? Promise.resolve(carried) : openMount(config.mount, source);
  return { capturing, calibrating, mounting };
}

const optionsOfSource = ({ config, sourceOptions }: PipelineOptions) => ({
  ...sourceOptionsOf(config),
  ...sourceOptions,
});

/** Outputs that look at the camera get its source's own JPEG if that costs nothing. */
function withCodedForLookers(options: PipelineOptions): SourceOptions {
  const { outputs = [], cameraName } = options;
  const isLookedAt = outputs.some((output) => output.takesCoded && looksAt(output, cameraName));
  return { ...(isLookedAt && { keepsCoded: 'if-free' as const }), ...optionsOfSource(options) };
}

const looksAt = ({ needsPixels, camera }: Output, cameraName: string | undefined): boolean =>
  needsPixels && (camera ?? cameraName) === cameraName;

/** A stage is certified only if its preprocessing is certified too. */
function withProvenInputs(
  stages: ReadonlyMap<Task, PlacedStage>,
  lanes: readonly Lane[],
  camera: number,
): ReadonlyMap<Task, PlacedStage> {
  const unproven = new Set(lanes.flatMap(({ inputs }) => inputs[camera]?.uncertifiedInputs ?? []));
  return new Map(
    [...stages].map(([task, stage]) => [
      task,
      { ...stage, isCertified: stage.isCertified && !unproven.has(task) },
    ]),
  );
}

async function openMount(mount: string, source: string): Promise<MeasuredMount | undefined> {
  const { mountOf } = await import('../capture/mount-of.js');
  return mountOf(mount, source);
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
