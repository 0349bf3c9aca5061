import type { tf } from '../../layers-to-onnx/tf.js';
import { createRandom, type Random } from '../random.js';
import type { OutputBuffer, ParameterView, TrainingStep } from '../training-step.js';
import { ModelWeights } from './model-weights.js';
import { planStep, type StepPlan, statisticsCount, viewsOf } from './step-plan.js';
import { drawMask, StepSessions } from './step-sessions.js';

export interface CompiledStepOptions {
  batch: number;
  /** Threads of ONNX Runtime. */
  threads?: number;
  /** Share of the old running statistics that a step keeps. */
  statisticsMomentum?: number;
  /** Patterns of layers that do not learn; no gradient is computed for their weights. */
  freeze?: readonly string[] | undefined;
  /** Also computes the input's gradient: for adversarial examples. */
  inputGradient?: boolean;
}

export const usualMomentum = 0.98;

/**
 * A training step of a tf.layers model as two ONNX graphs: no transposition between layouts, no kernel call per
 * layer from JavaScript, no allocation after the first step.
 */
export class CompiledStep implements TrainingStep {
  readonly backend = 'onnx-compiled';
  readonly batch: number;
  readonly input: Float32Array;
  readonly inputShape: number[];
  readonly outputs: OutputBuffer[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly views: ParameterView[];
  readonly statistics: Float32Array;
  readonly inputGradient?: Float32Array;
  readonly #model: ModelWeights;
  readonly #plan: StepPlan;
  readonly #sessions: StepSessions;
  readonly #momentum: number;
  #random: Random = createRandom(1);

  constructor(model: tf.LayersModel, options: CompiledStepOptions) {
    this.batch = options.batch;
    this.#momentum = options.statisticsMomentum ?? usualMomentum;
    this.#model = new ModelWeights(model, options.freeze);
    this.#plan = planStep(
      this.#model.layerGraph,
      options.batch,
      this.#model.frozen,
      options.inputGradient,
    );
    this.#sessions = new StepSessions(this.#plan, options.threads ?? 1);
    const { input, outputs, parameters, gradients, inputGradient } = this.#sessions;
    this.input = input;
    if (inputGradient !== undefined) this.inputGradient = inputGradient;
    this.inputShape = this.#plan.inputShape;
    this.outputs = outputs;
    this.parameters = parameters;
    this.gradients = gradients;
    this.views = viewsOf(this.#plan);
    this.statistics = new Float32Array(statisticsCount(this.#plan));
    this.#model.read(this.views, parameters, this.#plan.statistics, this.statistics);
  }

  reseed(seed: number): void {
    this.#random = createRandom(seed);
  }

  async forward(): Promise<void> {
    for (const { slot, data } of this.#sessions.masks) drawMask(data, slot.rate, this.#random);
    this.#sessions.forward();
    const { statistics } = this;
    const { batchStatistics } = this.#sessions;
    for (let i = 0; i < statistics.length; i++) {
      statistics[i] = statistics[i]! * this.#momentum + batchStatistics[i]! * (1 - this.#momentum);
    }
  }

  async backward(): Promise<void> {
    this.#sessions.backward();
  }

  writeBack(parameters = this.parameters, statistics = this.statistics): void {
    this.#model.write(this.views, parameters, this.#plan.statistics, statistics);
  }

  dispose(): void {
    this.#sessions.release();
  }
}
