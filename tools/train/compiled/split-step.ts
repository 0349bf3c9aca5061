import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { tf } from '../../layers-to-onnx/tf.js';
import { createRandom, type Random } from '../random.js';
import type { OutputBuffer, ParameterView, TrainingStep } from '../training-step.js';
import { type CompiledStepOptions, usualMomentum } from './compiled-step.js';
import { ModelWeights } from './model-weights.js';
import { SplitCrew } from './split-crew.js';
import { createSplitMemory, type SplitMemory, viewSplitMemory } from './split-memory.js';
import { planStep, type StepPlan, statisticsCount, viewsOf } from './step-plan.js';
import { drawMask } from './step-sessions.js';

export interface SplitStepOptions extends CompiledStepOptions {
  /** Equal parts of a batch, each on its own thread. */
  parts: number;
}

/**
 * A compiled training step whose batch is computed in equal parts at the same time. The gradients are the sums of the
 * parts', so a network without normalisation learns the same as in one piece; normalisation layers use each part's
 * own statistics, as training on several devices does. The running statistics move towards the parts' mean.
 */
export class SplitStep implements TrainingStep {
  readonly backend: string;
  readonly batch: number;
  readonly input: Float32Array;
  readonly inputShape: number[];
  readonly outputs: OutputBuffer[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly views: ParameterView[];
  readonly statistics: Float32Array;
  readonly #model: ModelWeights;
  readonly #plan: StepPlan;
  readonly #memory: SplitMemory;
  readonly #crew: SplitCrew;
  readonly #momentum: number;
  #random: Random = createRandom(1);

  /** Throws ERR_CONFIG if the parts would not be equal, and as CompiledStep does. */
  constructor(model: tf.LayersModel, options: SplitStepOptions) {
    const { batch, parts } = options;
    if (batch % parts !== 0) {
      throw new PerceptionError(
        'ERR_CONFIG',
        `batchParts: expected a divisor of the batch of ${batch}, found ${parts}`,
      );
    }
    this.backend = `onnx-compiled, ${parts} parts`;
    this.batch = batch;
    this.#momentum = options.statisticsMomentum ?? usualMomentum;
    this.#model = new ModelWeights(model, options.freeze);
    const plan = planStep(this.#model.layerGraph, batch / parts, this.#model.frozen);
    this.#plan = plan;
    const memory = createSplitMemory(plan, parts);
    this.#memory = viewSplitMemory(plan, parts, memory);
    const whole = ([, ...rest]: readonly number[]) => [batch, ...rest];
    this.input = this.#memory.input;
    this.inputShape = whole(plan.inputShape);
    this.outputs = this.#memory.outputs.map((output, index) => ({
      shape: whole(plan.outputs[index]!.shape),
      ...output,
    }));
    this.parameters = this.#memory.parameters;
    this.gradients = new Float32Array(this.parameters.length);
    this.views = viewsOf(plan);
    this.statistics = new Float32Array(statisticsCount(plan));
    this.#model.read(this.views, this.parameters, plan.statistics, this.statistics);
    const threads = Math.max(1, Math.floor((options.threads ?? 1) / parts));
    this.#crew = new SplitCrew({ plan, memory, parts, threads });
  }

  reseed(seed: number): void {
    this.#random = createRandom(seed);
  }

  async forward(): Promise<void> {
    const { parts } = this.#memory;
    // Drawn in row order, as an undivided batch would be.
    for (const [index, { rate }] of this.#plan.masks.entries())
      for (const { masks } of parts) drawMask(masks[index]!, rate, this.#random);
    await this.#crew.all('forward');
    const { statistics } = this;
    const share = (1 - this.#momentum) / parts.length;
    for (let i = 0; i < statistics.length; i++) {
      let moved = statistics[i]! * this.#momentum;
      for (const part of parts) moved += part.statistics[i]! * share;
      statistics[i] = moved;
    }
  }

  async backward(): Promise<void> {
    await this.#crew.all('backward');
    const { gradients } = this;
    const [first, ...others] = this.#memory.parts;
    gradients.set(first!.gradients);
    for (const { gradients: more } of others)
      for (let i = 0; i < gradients.length; i++) gradients[i]! += more[i]!;
  }

  writeBack(parameters = this.parameters, statistics = this.statistics): void {
    this.#model.write(this.views, parameters, this.#plan.statistics, statistics);
  }

  dispose(): void {
    this.#crew.close();
  }
}
