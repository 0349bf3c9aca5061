import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { CompiledStep } from '../../../../tools/train/compiled/compiled-step.js';
import { createRandom } from '../../../../tools/train/random.js';

type Build = (input: tf.SymbolicTensor) => tf.SymbolicTensor;
const { layers } = tf;
const batch = 2;

/** [batch, rows, columns, channels] to [batch, channels, rows, columns], and nothing for other ranks. */
const channelsFirst = (tensor: tf.Tensor): tf.Tensor =>
  tensor.rank === 4 ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;

/**
 * Gradients of sum(output * weightsOfOutput) by tf's own automatic differentiation, beside the compiled step's,
 * as the largest difference relative to the largest gradient.
 */
async function compare(inputShape: number[], build: Build) {
  const input = tf.input({ shape: inputShape });
  const model = tf.model({ inputs: input, outputs: build(input) });
  const random = createRandom(7);
  for (const variable of model.trainableWeights) {
    const tensor = variable.read();
    variable.write(
      tf.tensor(
        Array.from({ length: tensor.size }, () => random.normal() * 0.5),
        tensor.shape,
      ),
    );
  }
  const x = tf.tensor(
    Array.from({ length: batch * inputShape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    [batch, ...inputShape],
  );
  const sample = model.apply(x, { training: true }) as tf.Tensor;
  const dy = tf.tensor(
    Array.from({ length: sample.size }, () => random.normal()),
    sample.shape,
  );
  const trained = tf.variableGrads(
    () => tf.sum(tf.mul(model.apply(x, { training: true }) as tf.Tensor, dy)) as tf.Scalar,
  );

  const step = new CompiledStep(model, { batch });
  step.input.set(channelsFirst(x).dataSync());
  await step.forward();
  step.outputs[0]!.gradient.set(channelsFirst(dy).dataSync());
  await step.backward();
  const worst = (ours: ArrayLike<number>, theirs: ArrayLike<number>) => {
    let difference = 0;
    let largest = 1e-3;
    for (let i = 0; i < theirs.length; i++) {
      difference = Math.max(difference, Math.abs(ours[i]! - theirs[i]!));
      largest = Math.max(largest, Math.abs(theirs[i]!));
    }
    return difference / largest;
  };
  const result: Record<string, number> = {
    output: worst(step.outputs[0]!.values, channelsFirst(sample).dataSync()),
  };
  for (const view of step.views) {
    const name = model.trainableWeights.find((weight) => weight.name === view.name)!;
    const theirs = trained.grads[(name as unknown as { val: tf.Variable }).val.name]!.dataSync();
    expect(theirs.length).toBe(view.length);
    result[view.name] = worst(
      step.gradients.subarray(view.offset, view.offset + view.length),
      theirs,
    );
  }
  step.dispose();
  return result;
}

/**
 * The compiled gradients beside central differences of the compiled forward pass, for weights taken at
 * random: the largest difference relative to the largest gradient.
 */
async function compareWithDifferences(inputShape: number[], build: Build): Promise<number> {
  const input = tf.input({ shape: inputShape });
  const model = tf.model({ inputs: input, outputs: build(input) });
  const step = new CompiledStep(model, { batch });
  const random = createRandom(11);
  for (let i = 0; i < step.input.length; i++) step.input[i] = random.normal();
  for (let i = 0; i < step.parameters.length; i++) step.parameters[i] = random.normal() * 0.5;
  const { values, gradient } = step.outputs[0]!;
  for (let i = 0; i < gradient.length; i++) gradient[i] = random.normal();
  const loss = async () => {
    await step.forward();
    return values.reduce((sum, value, i) => sum + value * gradient[i]!, 0);
  };
  await step.forward();
  await step.backward();
  const largest = step.gradients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  for (let trial = 0; trial < 20; trial++) {
    const index = random.below(step.parameters.length);
    const weight = step.parameters[index]!;
    const nudge = 1e-2;
    step.parameters[index] = weight + nudge;
    const above = await loss();
    step.parameters[index] = weight - nudge;
    const below = await loss();
    step.parameters[index] = weight;
    worst = Math.max(worst, Math.abs((above - below) / (2 * nudge) - step.gradients[index]!));
  }
  step.dispose();
  return worst / largest;
}

const conv = (filters: number, extra: object = {}) =>
  layers.conv2d({
    filters,
    kernelSize: 3,
    padding: 'same',
    biasInitializer: 'randomNormal',
    ...extra,
  });

const cases: Record<string, [number[], Build]> = {
  'dense layers without bias, whose values both graphs know': [
    [6],
    (x) => {
      const dense = (units: number) => layers.dense({ units, useBias: false });
      return [4, 4, 4, 4, 3].reduce((value, units) => {
        return dense(units).apply(value) as tf.SymbolicTensor;
      }, x);
    },
  ],
  'a convolution with SAME padding and relu': [
    [7, 6, 3],
    (x) => conv(4).apply(conv(5, { activation: 'relu' }).apply(x)) as tf.SymbolicTensor,
  ],
  'convolutions with large and with even kernels, padded unevenly': [
    [9, 8, 2],
    (x) =>
      [
        { kernelSize: 5, strides: 2 },
        { kernelSize: [2, 4] },
        { kernelSize: 5 },
        { kernelSize: 4 },
      ].reduceRight((value, extra) => conv(3, extra).apply(value) as tf.SymbolicTensor, x),
  ],
  'a strided convolution on odd sizes': [
    [9, 7, 2],
    (x) => conv(4).apply(conv(3, { strides: 2 }).apply(x)) as tf.SymbolicTensor,
  ],
  'a strided convolution with VALID padding that leaves a pixel over': [
    [10, 9, 2],
    (x) =>
      conv(4, { strides: 2, padding: 'valid' }).apply(
        conv(3, { kernelSize: 5, strides: 2, padding: 'valid', activation: 'elu' }).apply(
          conv(2).apply(x),
        ),
      ) as tf.SymbolicTensor,
  ],
  'a pointwise convolution': [
    [5, 4, 3],
    (x) =>
      conv(4, { kernelSize: 1 }).apply(
        conv(3, { kernelSize: 1, activation: 'tanh' }).apply(x),
      ) as tf.SymbolicTensor,
  ],
  'a transposed convolution, kernel 4 stride 2': [
    [5, 4, 3],
    (x) =>
      conv(2).apply(
        layers
          .conv2dTranspose({ filters: 4, kernelSize: 4, strides: 2, padding: 'same' })
          .apply(conv(3).apply(x)),
      ) as tf.SymbolicTensor,
  ],
  'a transposed convolution, kernel 2 stride 2': [
    [5, 4, 3],
    (x) =>
      layers
        .conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, padding: 'same' })
        .apply(conv(3).apply(x)) as tf.SymbolicTensor,
  ],
  'a depthwise convolution': [
    [8, 6, 3],
    (x) =>
      conv(2).apply(
        layers
          .depthwiseConv2d({ kernelSize: 3, padding: 'same', strides: 2 })
          .apply(conv(3).apply(x)),
      ) as tf.SymbolicTensor,
  ],
  'batch normalisation': [
    [6, 5, 2],
    (x) =>
      conv(2).apply(
        layers
          .reLU()
          .apply(
            layers
              .batchNormalization({ epsilon: 1e-3 })
              .apply(conv(3, { useBias: false }).apply(x)),
          ),
      ) as tf.SymbolicTensor,
  ],
  'max pooling without overlap': [
    [8, 6, 2],
    (x) =>
      conv(2).apply(
        layers.maxPooling2d({ poolSize: 2, strides: 2 }).apply(conv(3).apply(x)),
      ) as tf.SymbolicTensor,
  ],
  'max pooling without overlap over sizes that it does not divide': [
    [7, 9, 2],
    (x) => {
      const pooled = (padding: 'same' | 'valid', from: tf.SymbolicTensor) =>
        layers
          .maxPooling2d({ poolSize: 2, strides: 2, padding })
          .apply(conv(3).apply(from)) as tf.SymbolicTensor;
      return conv(2).apply(pooled('valid', pooled('same', x))) as tf.SymbolicTensor;
    },
  ],
  'max pooling with overlap': [
    [7, 6, 2],
    (x) =>
      conv(2).apply(
        layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }).apply(conv(3).apply(x)),
      ) as tf.SymbolicTensor,
  ],
  'global average pooling and a dense layer': [
    [4, 4, 2],
    (x) =>
      layers
        .dense({ units: 3, activation: 'sigmoid' })
        .apply(
          layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }).apply(conv(3).apply(x)),
        ) as tf.SymbolicTensor,
  ],
  'flattening and two dense layers': [
    [4, 3, 2],
    (x) =>
      layers
        .dense({ units: 3 })
        .apply(
          layers
            .dense({ units: 5, activation: 'elu' })
            .apply(layers.flatten().apply(conv(3).apply(x))),
        ) as tf.SymbolicTensor,
  ],
  'a residual sum and a concatenation': [
    [5, 5, 3],
    (x) => {
      const y = conv(3).apply(x) as tf.SymbolicTensor;
      const sum = layers
        .add()
        .apply([y, conv(3).apply(y) as tf.SymbolicTensor]) as tf.SymbolicTensor;
      return conv(2).apply(layers.concatenate().apply([sum, y])) as tf.SymbolicTensor;
    },
  ],
  'heads reshaped and joined': [
    [4, 4, 2],
    (x) => {
      const y = conv(6).apply(x) as tf.SymbolicTensor;
      const z = conv(6, { strides: 2 }).apply(y) as tf.SymbolicTensor;
      return layers
        .concatenate({ axis: 1 })
        .apply([
          layers.reshape({ targetShape: [32, 3] }).apply(y) as tf.SymbolicTensor,
          layers.reshape({ targetShape: [8, 3] }).apply(z) as tf.SymbolicTensor,
        ]) as tf.SymbolicTensor;
    },
  ],
};

/** What tf's own gradients do not know (dilation) or get wrong (average pooling at a padded edge, cropped upsampling). */
const casesBeyondTf: Record<string, [number[], Build]> = {
  'a dilated convolution': [
    [9, 9, 2],
    (x) => conv(3).apply(conv(3, { dilationRate: 2 }).apply(conv(2).apply(x))) as tf.SymbolicTensor,
  ],
  'average pooling with padding': [
    [7, 6, 2],
    (x) =>
      conv(2).apply(
        layers
          .averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })
          .apply(conv(3).apply(x)),
      ) as tf.SymbolicTensor,
  ],
  'cropping, padding and upsampling': [
    [5, 6, 2],
    (x) =>
      layers
        .cropping2D({
          cropping: [
            [0, 1],
            [1, 0],
          ],
        })
        .apply(
          layers.upSampling2d({ size: [2, 2] }).apply(
            layers
              .zeroPadding2d({
                padding: [
                  [1, 0],
                  [0, 2],
                ],
              })
              .apply(conv(2).apply(x)),
          ),
        ) as tf.SymbolicTensor,
  ],
};

describe('the compiled training step', () => {
  beforeAll(() => tf.setBackend('cpu'));
  afterAll(() => tf.disposeVariables());

  for (const [name, [shape, build]] of Object.entries(cases)) {
    it(`has tf's outputs and gradients for ${name}`, async () => {
      for (const [what, difference] of Object.entries(await compare(shape, build))) {
        expect(difference, what).toBeLessThan(2e-4);
      }
    });
  }

  for (const [name, [shape, build]] of Object.entries(casesBeyondTf)) {
    it(`has the gradients of finite differences for ${name}`, async () => {
      expect(await compareWithDifferences(shape, build)).toBeLessThan(5e-3);
    });
  }

  it('computes nothing for frozen layers, and the same for the others', async () => {
    const input = tf.input({ shape: [8, 10, 3] });
    const middle = conv(5, { name: 'middle', activation: 'relu' }).apply(
      conv(4, { name: 'first' }).apply(input),
    );
    const model = tf.model({
      inputs: input,
      outputs: conv(2, { name: 'head' }).apply(middle) as tf.SymbolicTensor,
    });
    const gradientsOf = async (freeze: string[]) => {
      const step = new CompiledStep(model, { batch, freeze });
      const random = createRandom(3);
      for (let i = 0; i < step.input.length; i++) step.input[i] = random.normal();
      await step.forward();
      step.outputs[0]!.gradient.fill(1);
      await step.backward();
      const byLayer = step.views.map(({ name, offset, length }) => [
        name,
        [...step.gradients.subarray(offset, offset + length)],
      ]);
      step.dispose();
      return Object.fromEntries(byLayer) as Record<string, number[]>;
    };
    const all = await gradientsOf([]);
    for (const freeze of [['first'], ['middle'], ['first', 'middle']]) {
      const some = await gradientsOf(freeze);
      for (const [name, gradient] of Object.entries(all)) {
        const isFrozen = freeze.includes(name.split('/')[0]!);
        expect(some[name]).toEqual(isFrozen ? gradient.map(() => 0) : gradient);
        expect(gradient.some((value) => value !== 0)).toBe(true);
      }
    }
    expect(() => new CompiledStep(model, { batch, freeze: ['*'] })).toThrow(/all 3 frozen/);
  });
});
