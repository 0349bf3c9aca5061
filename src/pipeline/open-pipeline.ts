import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../bundle/manifest.js';
import { type CameraModel, scaleCamera } from '../calibration/camera-model.js';
import { startCapture } from '../capture/capture-thread.js';
import { startWallClock } from '../frame/clock.js';
import { hasErrorCode } from '../frame/perception-error.js';
import type { Publisher } from '../publish/publisher.js';
import { Lane } from './lane.js';
import type { LoadedStage } from './lane-messages.js';
import { LaneRelay } from './lane-relay.js';
import type { PipelineOptions } from './pipeline.js';
import type { PipelineRun } from './pipeline-run.js';
import type { ResultRecorder } from './result-recorder.js';
import { planStages, type StageGraph } from './stage-graph.js';

/** How often a supervised pipeline tries to bind, and how long it waits in between, milliseconds. */
const bindTries = 20;
const bindRetryMs = 50;

/** What a supervised pipeline that dies may lose of its recording's end. */
const supervisedChunkBytes = 64 * 1024;

// What takes long to load (protobuf, MCAP, ZeroMQ) is imported below, inside the functions: the lanes and the
// capture start first and load their networks in their own threads meanwhile.

/**
 * Opens everything that a run needs, all at the same time: lanes load and prove their networks while the
 * source, the calibration, the socket and the recording open. Rejects with the first fault, everything closed.
 */
export async function openPipeline(options: PipelineOptions): Promise<PipelineRun> {
  const { config, source, sourceOptions = {}, pacing, rateFactor = 1 } = options;
  const graph = planStages(config.lanes);
  const opened: { close(): Promise<unknown> }[] = [];
  const kept = async <T>(opening: Promise<T>, close: (part: T) => Promise<unknown>) => {
    const part = await opening;
    opened.push({ close: () => close(part) });
    return part;
  };
  const relays = graph.lanes.map(() => new LaneRelay());
  const lanes = graph.lanes.map((plan, index) => startLane(options, plan.name, index, relays));
  const opening = [
    kept(
      startCapture({
        source,
        sourceOptions,
        pacing,
        rateFactor,
        slotCount: config.ring.slots,
      }),
      (capture) => capture.stop(),
    ),
    openCamera(config.calibration, source),
    kept(openPublisher(options), async (publisher) => publisher?.close()),
    Promise.all([import('./frame-fuser.js'), import('./pipeline-run.js')]),
    loadStages(graph, lanes),
  ] as const;
  try {
    const [capture, calibrated, publisher, code, stages] = await Promise.all(opening);
    const [{ FrameFuser }, { PipelineRun }] = code;
    const { widthPx, heightPx } = capture.info.layout;
    const camera = calibrated && scaleCamera(calibrated, widthPx, heightPx);
    const calibration = await hashOf(camera);
    const recorder = await kept(openRecorder(options, stages, calibration), async (part) =>
      part?.abort(),
    );
    const detectorClasses = classesOfDetector(stages);
    for (const lane of lanes) lane.prepare({ ring: capture.ring.shared, camera, detectorClasses });
    await Promise.all(relays.map((relay) => relay.firstReady));
    const wallOffsetNs = startWallClock().offsetNs;
    const epoch = options.supervised?.epoch ?? 0;
    const known = { stages, calibrationSha256: calibration, wallOffsetNs, epoch };
    const fuser = new FrameFuser({ ...known, widthPx, heightPx });
    return new PipelineRun({
      ...known,
      options,
      graph,
      capture,
      lanes,
      relays,
      fuser,
      publisher,
      recorder,
    });
  } catch (error) {
    // Lanes stop loading; whatever else is still opening is closed as soon as it is open.
    const lanesClosed = Promise.all(lanes.map((lane) => lane.close()));
    await Promise.allSettled([...opening.slice(0, 3), lanesClosed]);
    await Promise.allSettled(opened.map((part) => part.close()));
    throw error;
  }
}

function startLane(
  { config, laneTimeoutMs, supervised }: PipelineOptions,
  name: string,
  index: number,
  relays: readonly LaneRelay[],
): Lane {
  const { providers, allowUncertified } = config;
  const stages = config.lanes[index]!.map((task) => ({ task, bundleDir: config.bundles[task]! }));
  const data = {
    stages,
    providers,
    allowUncertified,
    blackBox: supervised && { fd: supervised.blackBoxFd, laneIndex: index },
    drills: supervised?.drills,
  };
  const timeout = laneTimeoutMs === undefined ? {} : { timeoutMs: laneTimeoutMs };
  return new Lane({ name, data, ...timeout }, relays[index]!);
}

/** By task in the fixed order of the graph, whichever lane was ready first. */
async function loadStages(
  graph: StageGraph,
  lanes: readonly Lane[],
): Promise<Map<Task, LoadedStage & { lane: string }>> {
  const loaded = await Promise.all(
    lanes.map(async (lane) => (await lane.loaded).map((stage) => ({ ...stage, lane: lane.name }))),
  );
  const stages = loaded.flat();
  return new Map(
    graph.stages.map((task) => [task, stages.find(({ manifest }) => manifest.task === task)!]),
  );
}

function classesOfDetector(stages: ReadonlyMap<Task, LoadedStage>): readonly string[] {
  const decode = stages.get('detection')?.manifest.decode;
  return decode?.kind === 'ssd' ? decode.classes : [];
}

async function openCamera(calibration: string, source: string): Promise<CameraModel | undefined> {
  const { cameraOf } = await import('./camera-of.js');
  return cameraOf(calibration, source);
}

async function hashOf(camera: CameraModel | undefined): Promise<string> {
  const { calibrationSha256 } = await import('../calibration/camera-info.js');
  return camera === undefined ? '' : calibrationSha256(camera);
}

async function openPublisher({
  config,
  supervised,
}: PipelineOptions): Promise<Publisher | undefined> {
  const { zeromq } = config.publish;
  if (zeromq === undefined) return undefined;
  const { endpoint, highWaterMark, curve } = zeromq;
  const { readCurveKeyFile } = await import('../publish/curve-key-file.js');
  const { ZeromqPublisher } = await import('../publish/zeromq.js');
  const keys = curve === undefined ? {} : { curve: await readCurveKeyFile(curve.keyFile) };
  const bind = () => ZeromqPublisher.bind({ endpoint, highWaterMark, ...keys });
  return supervised === undefined ? bind() : retryBind(bind);
}

/** The last life's socket may take a moment to go. Rejects as `bind` does at the end. */
async function retryBind(bind: () => Promise<Publisher>): Promise<Publisher> {
  for (let tries = 1; ; tries++) {
    try {
      return await bind();
    } catch (error) {
      const isTaken = hasErrorCode(error) && error.code === 'ERR_PORT_IN_USE';
      if (!isTaken || tries === bindTries) throw error;
      await sleep(bindRetryMs);
    }
  }
}

async function openRecorder(
  { config, source, pacing, supervised }: PipelineOptions,
  stages: ReadonlyMap<Task, LoadedStage>,
  calibration: string,
): Promise<ResultRecorder | undefined> {
  if (config.record === undefined) return undefined;
  const networks = [...stages].map(([task, { manifest }]) => [task, manifest.network.sha256]);
  const facts = { source, pacing, calibration, ...Object.fromEntries(networks) };
  const { ResultRecorder } = await import('./result-recorder.js');
  const options = { ...config.record, source, facts };
  if (supervised === undefined) return ResultRecorder.create(options);
  const { setAside } = await import('../supervise/interrupted-recording.js');
  // Of a pipeline whose supervisor died with it: it must not be written over.
  setAside(options.path);
  supervised.main.recordsTo(options.path);
  // The index grows with every chunk, which is why they are not as small without need.
  return ResultRecorder.create({ ...options, chunkBytes: supervisedChunkBytes });
}
