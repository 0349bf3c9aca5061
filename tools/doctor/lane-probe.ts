import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest } from '../../src/bundle/bundle.js';
import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { nowNs } from '../../src/frame/clock.js';
import { type FrameLayout, frameBytes } from '../../src/frame/frame.js';
import { hasErrorCode, PerceptionError } from '../../src/frame/perception-error.js';
import { certify } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import type { Detection } from '../../src/perception/results.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import { createStageRunner, type StageRunner } from '../../src/stages/stage-runner.js';
import { nearestRank } from '../statistics/percentiles.js';

/** What a lane is to be measured with. */
export interface LaneSetup {
  /** In the order in which they run. */
  stages: readonly { task: Task; bundleDir: string }[];
  /** The bundle whose boxes the sign stage reads, wherever it rides. */
  detectionDir: string | undefined;
  providers: readonly string[];
  frame: FrameLayout;
  camera: CameraModel | undefined;
  /** Signs that the sign stage is given to read in each frame. */
  signCount: number;
  measureMs: number;
}

/** Medians over the rounds, milliseconds. */
export interface StageTimeMs {
  stage: Task;
  preprocessMs: number;
  inferenceMs: number;
  decodeMs: number;
  totalMs: number;
}

/** What a lane's process says, in this order; it measures when it is answered after `ready`. */
export type LaneAnswer =
  | { type: 'loading'; task: Task }
  | {
      type: 'loaded';
      task: Task;
      name: string;
      version: string;
      sha256: string;
      provider: string;
      isCertified: boolean;
      maxAbsDifference: number;
      loadMs: number;
    }
  | { type: 'refused'; task: Task; code: string; message: string }
  | { type: 'ready' }
  | { type: 'measured'; rounds: number; frameMs: number; stages: StageTimeMs[] };

const leastRounds = 5;
/** Rounds before the first one that counts: memory is planned and caches fill. */
const warmUpRounds = 2;

// A process of its own: `lane-probe.js <LaneSetup as JSON>`. Loads a lane as the rig does, then runs it on grey frames.
const setup = JSON.parse(process.argv[2]!) as LaneSetup;
const post = (answer: LaneAnswer) => process.send!(answer);

async function load(detectorClasses: readonly string[]): Promise<Map<Task, StageRunner>> {
  const runners = new Map<Task, StageRunner>();
  for (const { task, bundleDir } of setup.stages) {
    post({ type: 'loading', task });
    const startNs = nowNs();
    try {
      const bundle = await readBundleFolder(bundleDir);
      const { manifest } = bundle;
      if (manifest.task !== task)
        throw new PerceptionError(
          'ERR_BUNDLE',
          `expected a bundle for ${task}, found one for ${manifest.task}`,
        );
      const session = await createNetworkSession(bundle, { providers: setup.providers });
      const { isCertified, maxAbsDifference } = await certify(session, bundle, {
        allowUncertified: true,
      });
      const { frame, camera } = setup;
      runners.set(task, createStageRunner({ bundle, session, frame, camera, detectorClasses }));
      post({
        type: 'loaded',
        task,
        name: manifest.name,
        version: manifest.version,
        sha256: manifest.network.sha256,
        provider: session.provider,
        isCertified,
        maxAbsDifference,
        loadMs: Number(nowNs() - startNs) / 1e6,
      });
    } catch (error) {
      const code = hasErrorCode(error) ? error.code : 'ERR_INTERNAL';
      const message = error instanceof Error ? error.message : String(error);
      post({ type: 'refused', task, code, message });
    }
  }
  return runners;
}

async function classesOfDetector(dir: string | undefined): Promise<readonly string[]> {
  if (dir === undefined) return [];
  const where = join(dir, 'manifest.json');
  // A bundle that cannot be read is told of where it is loaded.
  const text = await readFile(where, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    const { decode } = parseManifest(text, where);
    return decode.kind === 'ssd' ? decode.classes : [];
  } catch {
    return [];
  }
}

/** As many boxes of signs as a frame shall have, side by side. */
function signsToRead(detectorClasses: readonly string[]): StageResult {
  const classId = Math.max(0, detectorClasses.indexOf('traffic_sign'));
  const sidePx = Math.min(48, setup.frame.heightPx / 4);
  const detections = Array.from({ length: setup.signCount }, (_, index): Detection => {
    const left = (index * sidePx) % Math.max(1, setup.frame.widthPx - sidePx);
    return { classId, score: 0.9, boxXyxyPx: [left, 0, left + sidePx, sidePx], trackId: 0 };
  });
  return { stage: 'detection', detections };
}

async function measure(
  runners: ReadonlyMap<Task, StageRunner>,
  detections: StageResult,
): Promise<LaneAnswer> {
  const pixels = new Uint8Array(frameBytes(setup.frame)).fill(128);
  const times = new Map<Task, StageTimeMs[]>(setup.stages.map(({ task }) => [task, []]));
  const frames: number[] = [];
  const endNs = nowNs() + BigInt(Math.round(setup.measureMs * 1e6));
  for (let round = -warmUpRounds; round < leastRounds || nowNs() < endNs; round++) {
    let frameMs = 0;
    for (const { task } of setup.stages) {
      const { marks } = await runners
        .get(task)!
        .run(pixels, task === 'signs' ? detections : undefined);
      const ms = (from: bigint, to: bigint) => Number(to - from) / 1e6;
      const totalMs = ms(marks.startNs, marks.endNs);
      frameMs += totalMs;
      if (round < 0) continue;
      times.get(task)!.push({
        stage: task,
        preprocessMs: ms(marks.startNs, marks.preprocessEndNs),
        inferenceMs: ms(marks.preprocessEndNs, marks.inferenceEndNs),
        decodeMs: ms(marks.inferenceEndNs, marks.endNs),
        totalMs,
      });
    }
    if (round >= 0) frames.push(frameMs);
  }
  const stages = [...times].map(([stage, rounds]) => ({
    stage,
    preprocessMs: median(rounds.map((time) => time.preprocessMs)),
    inferenceMs: median(rounds.map((time) => time.inferenceMs)),
    decodeMs: median(rounds.map((time) => time.decodeMs)),
    totalMs: median(rounds.map((time) => time.totalMs)),
  }));
  return { type: 'measured', rounds: frames.length, frameMs: median(frames), stages };
}

const median = (values: readonly number[]) => nearestRank(Float64Array.from(values).sort(), 0.5);

const detectorClasses = await classesOfDetector(setup.detectionDir);
const runners = await load(detectorClasses);
const goes = new Promise((resolve) => process.once('message', resolve));
post({ type: 'ready' });
await goes;
if (runners.size === setup.stages.length)
  post(await measure(runners, signsToRead(detectorClasses)));
process.disconnect();
