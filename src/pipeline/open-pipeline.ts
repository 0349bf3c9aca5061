import type { Task } from '../bundle/manifest.js';
import type { MeasuredMount } from '../calibration/mount.js';
import { startCapture } from '../capture/capture-thread.js';
import { withoutCredentials } from '../capture/credentials.js';
import { startWallClock } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import { OutputSet } from '../outputs/output-set.js';
import { countHeldFrames, openOutputs } from '../outputs/output-table.js';
import { classesOf } from '../stages/classes-of.js';
import { calibrationFor, cameraIn, checkHasCamera, hashOf } from './camera-for-run.js';
import { CrewMaker } from './crew-maker.js';
import type { FramePlanner } from './frame-plan.js';
import { guardRecording } from './guard-recording.js';
import type { Lane } from './lane.js';
import type { PlacedStage } from './lane-crew.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { PipelineRun } from './pipeline-run.js';
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
    Promise.all([
      import('./frame-fuser.js'),
      import('./pipeline-run.js'),
      import('./recorded-notes.js'),
    ]),
    crewMaker.load(capturing, calibrating),
    readPlan(options),
    mounting,
  ] as const;
  try {
    const [capture, calibrated, opened, code, made, repeated, mount] = await Promise.all(opening);
    const { crew, stages } = made;
    const [{ FrameFuser }, { PipelineRun }, { withRecordedNotes }] = code;
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
