import { parentPort, workerData } from 'node:worker_threads';
import type { Bundle } from '../bundle/bundle.js';
import type { Task } from '../bundle/manifest.js';
import { toPostedError } from '../capture/capture-messages.js';
import { elapsedMs, nowNs } from '../frame/clock.js';
import { frameBytes } from '../frame/frame.js';
import { FrameRing } from '../frame/frame-ring.js';
import { median } from '../frame/median.js';
import type { NetworkSession } from '../inference/network-session.js';
import { loadStage, prepareStage } from '../stages/load-stage.js';
import type { StageResult } from '../stages/stage-result.js';
import type { StageRunner } from '../stages/stage-runner.js';
import { stageTable } from '../stages/stage-table.js';
import { runDrill } from '../supervise/drill.js';
import { laneWriter } from '../supervise/supervised.js';
import type {
  LaneCamera,
  LaneCommand,
  LaneEvent,
  LaneInputs,
  LaneWorkerData,
  LoadedStage,
} from './lane-messages.js';

const port = parentPort!;
const post = (event: LaneEvent): void => port.postMessage(event);
const {
  stages,
  providers,
  preprocess,
  allowUncertified,
  blackBox,
  drills = [],
} = workerData as LaneWorkerData;
/** Tells the supervisor, if there is one, what this lane is doing. */
const record = blackBox && laneWriter(blackBox);

interface Network {
  task: Task;
  bundleDir: string;
  bundle: Bundle;
  session: NetworkSession;
}

/** One camera's frames, and the stages that are set up for them. */
interface PreparedCamera {
  ring: FrameRing;
  runners: ReadonlyMap<Task, StageRunner>;
}

const networks: Network[] = [];
const cameras: PreparedCamera[] = [];
/** The work in progress; the next job starts after it. */
let running: Promise<void> = Promise.resolve();
let isClosing = false;

async function load(): Promise<LoadedStage[]> {
  const loaded: LoadedStage[] = [];
  for (const { task, bundleDir } of stages) {
    if (isClosing) break;
    const network = await loadStage({ task, bundleDir }, { providers, allowUncertified });
    const { bundle, session, certificate } = network;
    // The first run of a batch size makes the runtime plan its memory: do that before the first frame.
    if (session.maxBatch > 1) await session.run(session.maxBatch);
    networks.push({ task, bundleDir, bundle, session });
    const { isCertified, maxAbsDifference } = certificate;
    const { manifest } = bundle;
    const { provider, isPartlyOnCpu } = session;
    loaded.push({ manifest, provider, isPartlyOnCpu, isCertified, maxAbsDifference });
  }
  return loaded;
}

async function prepare(command: Extract<LaneCommand, { type: 'prepare' }>): Promise<void> {
  const { measureRuns = 0 } = command;
  const startNs = nowNs();
  const stageMs: Partial<Record<Task, number>> = {};
  const inputs: LaneInputs[] = [];
  for (const camera of command.cameras)
    inputs.push(await prepareCamera(camera, measureRuns, stageMs));
  if (isClosing) return;
  record?.idle();
  post({ type: 'ready', warmUpMs: elapsedMs(startNs, nowNs()), stageMs, inputs });
}

/** Sets the stages up for one camera's frames; several cameras share a network. Measured times go into `stageMs`. */
async function prepareCamera(
  { ring: shared, camera, detectorClasses, bundleDirs }: LaneCamera,
  measureRuns: number,
  stageMs: Partial<Record<Task, number>>,
): Promise<LaneInputs> {
  const ring = FrameRing.attach(shared);
  const frame = ring.layout;
  const blank = new Uint8Array(frameBytes(frame));
  const runners = new Map<Task, StageRunner>();
  const preprocessedBy: LaneInputs['preprocessedBy'] = {};
  const uncertifiedInputs: Task[] = [];
  cameras.push({ ring, runners });
  for (const { task, bundleDir, bundle, session } of networks) {
    if (isClosing) break;
    if (bundleDirs?.includes(bundleDir) === false) continue;
    const setup = { bundle, session, frame, camera, detectorClasses };
    const prepared = await prepareStage(setup, preprocess, allowUncertified);
    const { runner } = prepared;
    if (!prepared.isInputCertified) uncertifiedInputs.push(task);
    runners.set(task, runner);
    preprocessedBy[task] = runner.preprocessedBy;
    // The first pass through the code is slow: do it before the first frame.
    const input = runner.exampleInput?.(1);
    await runner.run(blank, input);
    if (measureRuns > 0)
      stageMs[task] = await medianMs(measureRuns, () => runner.run(blank, input));
  }
  return { preprocessedBy, uncertifiedInputs };
}

/** Milliseconds, rounded to microseconds. */
async function medianMs(runs: number, run: () => Promise<unknown>): Promise<number> {
  const timesMs: number[] = [];
  for (let i = 0; i < runs && !isClosing; i++) {
    const startNs = nowNs();
    await run();
    timesMs.push(elapsedMs(startNs, nowNs()));
  }
  return timesMs.length === 0 ? 0 : Math.round(median(timesMs) * 1000) / 1000;
}

async function runJob(job: Extract<LaneCommand, { type: 'run' }>): Promise<void> {
  const { frameId, slot, dispatchNs } = job;
  const { ring, runners } = cameras[job.camera]!;
  const pixels = ring.pixels(slot);
  const answers = new Map<Task, StageResult>();
  if (job.input !== undefined) answers.set(job.input.stage, job.input);
  for (const stage of job.stages) {
    if (isClosing) return;
    const reads = stageTable[stage].reads;
    // The stage that it reads failed, and the conductor has skipped this one already.
    if (reads !== undefined && !answers.has(reads)) continue;
    record?.atStage(frameId, stage);
    try {
      runDrill(drills, frameId, stage);
      const input = reads === undefined ? undefined : answers.get(reads);
      const { result, marks } = await runners.get(stage)!.run(pixels, input);
      answers.set(stage, result);
      post({
        type: 'stage',
        frameId,
        stage,
        outcome: { state: 'ok', result, times: { dispatchNs, ...marks } },
      });
    } catch (error) {
      const { code: errorCode, message } = toPostedError(error);
      post({ type: 'stage', frameId, stage, outcome: { state: 'failed', errorCode, message } });
    }
  }
  record?.idle();
  post({ type: 'done', frameId });
}

async function close(): Promise<void> {
  await running;
  // Preprocessing on the device runs a separate session for each camera, besides the certified one.
  for (const { runners } of cameras)
    for (const runner of runners.values())
      if (runner.preprocessedBy === 'device') await runner.dispose();
  for (const { session } of networks) await session.dispose();
  port.close();
}

port.on('message', (command: LaneCommand) => {
  switch (command.type) {
    case 'prepare':
      running = prepare(command).catch(refuse);
      break;
    case 'run':
      running = runJob(command);
      break;
    case 'close':
      isClosing = true;
      void loading.then(close);
      break;
    case 'die':
      process.exit(1);
  }
});

function refuse(error: unknown): void {
  post({ type: 'refused', error: toPostedError(error) });
  port.close();
}

const loading = load().then((loaded) => {
  if (!isClosing) post({ type: 'loaded', stages: loaded });
}, refuse);
