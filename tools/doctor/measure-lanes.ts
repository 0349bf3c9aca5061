import { availableParallelism } from 'node:os';
import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { FrameLayout } from '../../src/frame/frame.js';
import { planLanes } from '../../src/pipeline/lane-planner.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { planStages } from '../../src/pipeline/stage-graph.js';
import { stagesByPriority } from '../../src/stages/stage-table.js';
import type { LaneAnswer, LaneSetup } from './lane-probe.js';
import { type ProbeEnd, probeEntry, runProbe } from './run-probe.js';

/** How long each lane runs, all at the same time, milliseconds. */
const measureMs = 1200;
/** For loading, certifying and measuring; TensorRT may also build engines. */
const timeoutMs = { quick: 60_000, tensorrt: 600_000 };
/** Signs per frame: more than most frames have. */
export const assumedSigns = 4;

/** Messages of one lane's process, and how it ended. */
export interface LaneReading {
  /** Its stages joined by `+`, as in results. */
  name: string;
  stages: readonly Task[];
  answers: readonly LaneAnswer[];
  end: ProbeEnd;
}

/** Conditions under which every lane is measured. */
export interface LaneConditions {
  config: PipelineConfig;
  frame: FrameLayout;
  camera: CameraModel | undefined;
}

/**
 * Which stages share a lane: as in the pipeline file or, with `lanes: auto`, as a run would plan it from the time of
 * each stage. Never rejects; stages that cannot be measured share one lane, whose findings say why.
 */
export async function lanesToMeasure(
  conditions: LaneConditions,
): Promise<readonly (readonly Task[])[]> {
  const { lanes, bundles, laneCount, providers } = conditions.config;
  if (lanes !== 'auto') return lanes;
  const all = stagesByPriority.filter((task) => bundles[task] !== undefined);
  const [reading] = await measureLanes(conditions, [all]);
  const measured = reading!.answers.find((answer) => answer.type === 'measured');
  if (measured === undefined) return [all];
  const stageMs = Object.fromEntries(measured.stages.map(({ stage, totalMs }) => [stage, totalMs]));
  const most = laneCount ?? (providers.includes('webgpu') ? 1 : availableParallelism());
  return planLanes(stageMs, most);
}

/**
 * Loads every lane in its own process; when all are ready they run at the same time, so that they compete for the
 * machine as in a drive. Never rejects.
 */
export async function measureLanes(
  { config, frame, camera }: LaneConditions,
  stagesOfLanes: readonly (readonly Task[])[],
  entry = probeEntry('./lane-probe.js', import.meta.url),
): Promise<LaneReading[]> {
  const { lanes } = planStages(stagesOfLanes);
  const start = new StartLine(lanes.length);
  return Promise.all(
    lanes.map(async ({ name, jobs }) => {
      const stages = jobs.flatMap((job) => job.stages);
      const setup: LaneSetup = {
        stages: stages.map((task) => ({ task, bundleDir: config.bundles[task]! })),
        detectionDir: config.bundles.detection,
        providers: config.providers,
        preprocess: config.preprocess,
        frame,
        camera,
        signCount: assumedSigns,
        measureMs,
      };
      const limit = config.providers.includes('tensorrt') ? timeoutMs.tensorrt : timeoutMs.quick;
      const { messages, end } = await runProbe<LaneAnswer>(entry, [JSON.stringify(setup)], {
        timeoutMs: limit,
        onMessage: (message, send) => {
          if (message.type === 'ready') start.arrive(name, () => send({ type: 'go' }));
        },
      });
      // A process that died early must not hold up the others.
      start.leave(name);
      return { name, stages, answers: messages, end };
    }),
  );
}

/** Makes all lanes wait for each other, except those that have left. */
class StartLine {
  readonly #waiting = new Map<string, () => void>();
  #expected: number;

  constructor(expected: number) {
    this.#expected = expected;
  }

  arrive(name: string, go: () => void): void {
    this.#waiting.set(name, go);
    this.#startIfAllAreHere();
  }

  /** No effect after `arrive`. */
  leave(name: string): void {
    if (this.#waiting.has(name)) return;
    this.#expected--;
    this.#startIfAllAreHere();
  }

  #startIfAllAreHere(): void {
    if (this.#waiting.size === this.#expected) for (const go of this.#waiting.values()) go();
  }
}
