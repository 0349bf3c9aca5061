import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readLayerGraph } from '../../../../tools/layers-to-onnx/layer-graph.js';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { CompiledStep } from '../../../../tools/train/compiled/compiled-step.js';
import { SplitCrew } from '../../../../tools/train/compiled/split-crew.js';
import { createSplitMemory } from '../../../../tools/train/compiled/split-memory.js';
import { SplitStep } from '../../../../tools/train/compiled/split-step.js';
import { planStep } from '../../../../tools/train/compiled/step-plan.js';
import { createRandom } from '../../../../tools/train/random.js';
import type { TrainingStep } from '../../../../tools/train/training-step.js';

const { layers } = tf;
const open: TrainingStep[] = [];
const opened = <T extends TrainingStep>(step: T): T => {
  open.push(step);
  return step;
};
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => {
  for (const step of open.splice(0)) step.dispose();
});

/** Two outputs, of which one is a map; dropout, and normalisation where it is asked for. */
function model(isNormalised: boolean): tf.LayersModel {
  const seeded = (seed: number) => tf.initializers.heNormal({ seed });
  const input = tf.input({ shape: [6, 8, 3] });
  let map = layers
    .conv2d({ filters: 5, kernelSize: 3, padding: 'same', kernelInitializer: seeded(1) })
    .apply(input) as tf.SymbolicTensor;
  if (isNormalised) map = layers.batchNormalization().apply(map) as tf.SymbolicTensor;
  map = layers.reLU().apply(map) as tf.SymbolicTensor;
  const flat = layers.flatten().apply(map) as tf.SymbolicTensor;
  const dropped = layers.dropout({ rate: 0.5 }).apply(flat) as tf.SymbolicTensor;
  const answer = layers.dense({ units: 4, kernelInitializer: seeded(2) }).apply(dropped);
  return tf.model({ inputs: input, outputs: [map, answer as tf.SymbolicTensor] });
}

async function run(step: TrainingStep, rows: readonly [number, number]): Promise<TrainingStep> {
  const fill = (array: Float32Array, perRow: number, seed: number) => {
    const random = createRandom(seed);
    const all = Float32Array.from({ length: 6 * perRow }, () => random.normal());
    array.set(all.subarray(rows[0] * perRow, rows[1] * perRow));
  };
  step.reseed(3);
  fill(step.input, step.input.length / step.batch, 11);
  await step.forward();
  for (const [index, { gradient }] of step.outputs.entries())
    fill(gradient, gradient.length / step.batch, 20 + index);
  await step.backward();
  return step;
}

function expectClose(found: Float32Array, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
}

describe('a batch in parts', () => {
  it.each([2, 3])(
    'gives what it gives in one piece where nothing is normalised: %i parts',
    async (parts) => {
      const whole = await run(opened(new CompiledStep(model(false), { batch: 6 })), [0, 6]);
      const split = await run(opened(new SplitStep(model(false), { batch: 6, parts })), [0, 6]);
      expect(split.inputShape).toEqual(whole.inputShape);
      expect(split.views.map(({ offset, shape }) => [offset, shape])).toEqual(
        whole.views.map(({ offset, shape }) => [offset, shape]),
      );
      for (const [index, { shape, values }] of split.outputs.entries()) {
        expect(shape).toEqual(whole.outputs[index]!.shape);
        expectClose(values, whole.outputs[index]!.values);
      }
      expect(whole.gradients.some((value) => Math.abs(value) > 0.1)).toBe(true);
      expectClose(split.gradients, whole.gradients);
    },
  );

  it('is normalised part by part, and the running statistics move to the mean', async () => {
    const withoutDropout = () => {
      const made = model(true);
      for (const layer of made.layers)
        if (layer.getClassName() === 'Dropout') Object.assign(layer, { rate: 0 });
      return made;
    };
    const split = await run(
      opened(new SplitStep(withoutDropout(), { batch: 6, parts: 2 })),
      [0, 6],
    );
    const halves = [];
    for (const rows of [
      [0, 3],
      [3, 6],
    ] as const)
      halves.push(await run(opened(new CompiledStep(withoutDropout(), { batch: 3 })), rows));
    const [first, second] = halves as [TrainingStep, TrainingStep];
    const mean = (a: Float32Array, b: Float32Array) => a.map((value, i) => (value + b[i]!) / 2);
    expectClose(split.statistics, mean(first.statistics, second.statistics));
    expectClose(
      split.gradients,
      first.gradients.map((value, i) => value + second.gradients[i]!),
    );
    const { values } = split.outputs[1]!;
    expectClose(values.subarray(0, values.length / 2), first.outputs[1]!.values);
  });

  it('writes what it has learnt into the model', async () => {
    const network = model(false);
    const step = opened(new SplitStep(network, { batch: 4, parts: 2 }));
    step.parameters.fill(0.25);
    step.writeBack();
    const [kernel] = network.getWeights();
    expect([...new Set(kernel!.dataSync())]).toEqual([0.25]);
  });

  it('must have equal parts', () => {
    expect(() => new SplitStep(model(false), { batch: 6, parts: 4 })).toThrow(
      'expected a divisor of the batch of 6, found 4',
    );
  });

  it('ends with one line when a thread cannot go on', async () => {
    const plan = {
      ...planStep(readLayerGraph(model(false)), 3, new Set()),
      forwardGraph: new Uint8Array(9),
    };
    const memory = createSplitMemory(plan, 2);
    const crew = new SplitCrew({ plan, memory, parts: 2, threads: 1 });
    try {
      await expect(crew.all('forward')).rejects.toMatchObject({
        code: 'ERR_TRAINING',
        message: expect.stringMatching(/^part \d: training forward: expected a model/),
      });
      await expect(crew.all('forward')).rejects.toMatchObject({ code: 'ERR_TRAINING' });
    } finally {
      crew.close();
    }
  });
});
