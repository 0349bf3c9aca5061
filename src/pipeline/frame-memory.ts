import { type Manifest, type Task, tasks } from '../bundle/manifest.js';
import type { FusedAnswers, FusionSettings, StageFusion } from '../stages/stage-fusion.js';
import type { StageResult } from '../stages/stage-result.js';
import { stageTable } from '../stages/stage-table.js';
import type { StandingCamera } from '../stages/standing-camera.js';
import type { CapturedFrame } from './frame-record.js';

/**
 * What the stages remember from frame to frame. Takes each answer as soon as it is ready, those of one stage in frame
 * order, and keeps the fused answers until their frame is published.
 */
export class FrameMemory {
  readonly #fusions: ReadonlyMap<Task, StageFusion>;
  readonly #frames = new Map<number, FusedAnswers>();
  readonly #lastTimeNs = new Map<Task, bigint>();

  private constructor(fusions: ReadonlyMap<Task, StageFusion>) {
    this.#fusions = fusions;
    this.fusions = [...fusions.values()];
  }

  /** Loads the fusions of the stages in `manifests`. */
  static async open(
    manifests: ReadonlyMap<Task, Manifest>,
    standing?: StandingCamera,
    settings?: FusionSettings,
  ): Promise<FrameMemory> {
    const placed = tasks.filter((task) => manifests.has(task));
    const fusions = await Promise.all(
      placed.map(async (task): Promise<[Task, StageFusion]> => {
        const create = await stageTable[task].loadFusion();
        return [task, create(manifests, standing, settings)];
      }),
    );
    return new FrameMemory(new Map(fusions));
  }

  /** In the fixed order of the tasks. */
  readonly fusions: readonly StageFusion[];

  fusionOf(stage: Task): StageFusion | undefined {
    return this.#fusions.get(stage);
  }

  /** Takes an answer that will be published. */
  accept(frame: CapturedFrame, result: StageResult): void {
    const answers = this.answersOf(frame);
    this.#frames.set(frame.id, answers);
    const dtS = this.#secondsSince(result.stage, frame);
    this.#fusions.get(result.stage)?.accept(result, answers, dtS);
  }

  /** The frame's fused answers so far. */
  answersOf({ id }: CapturedFrame): FusedAnswers {
    return this.#frames.get(id) ?? {};
  }

  /** Returns the part of an answer that `stage` must read again. Call it after that answer was accepted. */
  narrow(stage: Task, frame: CapturedFrame, input: StageResult): StageResult {
    return this.#fusions.get(stage)?.narrow?.(input, this.answersOf(frame)) ?? input;
  }

  /** Returns the frame's fused answers and forgets the frame. */
  take(frame: CapturedFrame): FusedAnswers {
    const answers = this.answersOf(frame);
    this.#frames.delete(frame.id);
    return answers;
  }

  #secondsSince(stage: Task, { sourceTimeNs }: CapturedFrame): number {
    const lastNs = this.#lastTimeNs.get(stage) ?? sourceTimeNs;
    this.#lastTimeNs.set(stage, sourceTimeNs);
    return Number(sourceTimeNs - lastNs) / 1e9;
  }
}
