import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest } from '../../src/bundle/bundle.js';
import { type Task, undistortedShare } from '../../src/bundle/manifest.js';
import { type PermittedUse, permittedUse } from '../../src/bundle/permitted-use.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { nowNs } from '../../src/frame/clock.js';
import { type FrameLayout, frameBytes } from '../../src/frame/frame.js';
import { median } from '../../src/frame/median.js';
import { hasErrorCode } from '../../src/frame/perception-error.js';
import { classesOf } from '../../src/stages/classes-of.js';
import { loadStage, prepareStage } from '../../src/stages/load-stage.js';
import type { PreprocessChoice } from '../../src/stages/preprocessing-place.js';
import type { StageRunner } from '../../src/stages/stage-runner.js';

/** How a lane is measured. */
export interface LaneSetup {
  /** In the order in which they run. */
  stages: readonly { task: Task; bundleDir: string }[];
  /** The bundle whose boxes the sign stage reads, in whichever lane it runs. */
  detectionDir: string | undefined;
  providers: readonly string[];
  preprocess: PreprocessChoice;
  frame: FrameLayout;
  camera: CameraModel | undefined;
  /** Signs per frame that the sign stage reads. */
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

/** Messages of a lane's process, in this order; it starts to measure when `ready` is answered. */
export type LaneAnswer =
  | { type: 'loading'; task: Task }
  | {
      type: 'loaded';
      task: Task;
      name: string;
      version: string;
      sha256: string;
      provider: string;
      use: PermittedUse;
      /** Share of its training pictures that were undistorted. */
      undistortedShare: number;
      isCertified: boolean;
      maxAbsDifference: number;
      loadMs: number;
    }
  | { type: 'refused'; task: Task; code: string; message: string }
  | { type: 'ready' }
  | { type: 'measured'; rounds: number; frameMs: number; stages: StageTimeMs[] };

const leastRounds = 5;
/** Rounds before the first one that counts, while memory is planned and caches fill. */
const warmUpRounds = 2;

// Runs as its own process: `lane-probe.js <LaneSetup as JSON>`. Loads a lane as the rig does, then runs it on grey frames.
const setup = JSON.parse(process.argv[2]!) as LaneSetup;
const post = (answer: LaneAnswer) => process.send!(answer);

async function load(detectorClasses: readonly string[]): Promise<Map<Task, StageRunner>> {
  const runners = new Map<Task, StageRunner>();
  for (const { task, bundleDir } of setup.stages) {
    post({ type: 'loading', task });
    const startNs = nowNs();
    try {
      const { providers, frame, camera, preprocess } = setup;
      const options = { providers, allowUncertified: true };
      const { bundle, session, certificate } = await loadStage({ task, bundleDir }, options);
      const { isCertified, maxAbsDifference } = certificate;
      const { manifest } = bundle;
      const stage = { bundle, session, frame, camera, detectorClasses };
      const { runner, isInputCertified } = await prepareStage(stage, preprocess, true);
      runners.set(task, runner);
      post({
        type: 'loaded',
        task,
        name: manifest.name,
        version: manifest.version,
        sha256: manifest.network.sha256,
        provider: session.provider,
        undistortedShare: undistortedShare(manifest),
        use: manifest.use ?? permittedUse(manifest.training.data),
        isCertified: isCertified && isInputCertified,
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
  // A bundle that cannot be read is reported when it is loaded.
  const text = await readFile(where, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    return classesOf(parseManifest(text, where));
  } catch {
    return [];
  }
}

async function measure(runners: ReadonlyMap<Task, StageRunner>): Promise<LaneAnswer> {
  const pixels = new Uint8Array(frameBytes(setup.frame)).fill(128);
  const inputs = new Map(
    [...runners].map(([task, runner]) => [task, runner.exampleInput?.(setup.signCount)]),
  );
  const times = new Map<Task, StageTimeMs[]>(setup.stages.map(({ task }) => [task, []]));
  const frames: number[] = [];
  const endNs = nowNs() + BigInt(Math.round(setup.measureMs * 1e6));
  for (let round = -warmUpRounds; round < leastRounds || nowNs() < endNs; round++) {
    let frameMs = 0;
    for (const { task } of setup.stages) {
      const runner = runners.get(task)!;
      const { marks } = await runner.run(pixels, inputs.get(task));
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

const detectorClasses = await classesOfDetector(setup.detectionDir);
const runners = await load(detectorClasses);
const goes = new Promise((resolve) => process.once('message', resolve));
post({ type: 'ready' });
await goes;
if (runners.size === setup.stages.length) post(await measure(runners));
process.disconnect();
