import { readLayerGraph } from '../tools/layers-to-onnx/layer-graph.js';
import { tf } from '../tools/layers-to-onnx/tf.js';
import { CompiledStep } from '../tools/train/compiled/compiled-step.js';
import { SplitStep } from '../tools/train/compiled/split-step.js';
import { detectionNetwork } from '../tools/train/networks/detection.js';
import { segmentationNetwork } from '../tools/train/networks/segmentation.js';
import { signNetwork } from '../tools/train/networks/signs.js';
import { steeringNetwork } from '../tools/train/networks/steering.js';
import { createOptimizerState, optimizerStep } from '../tools/train/optimizer.js';
import { recipeSchema } from '../tools/train/recipe.js';
import type { BenchmarkCase, Variant } from './harness/benchmark.js';
import { pythonCommand, whyNoPython } from './harness/python.js';
import { uniformNumbers } from './harness/random.js';
import { runBenchmark } from './harness/run-benchmark.js';
import { temporaryFiles } from './harness/temporary-files.js';

// One optimiser step of each network as the recipes train it, without its data: forward, the outputs' gradients (given,
// so that no loss function adds to the time), backward, Adam. PyTorch does the same with the same weights and batch.
const peerScript = new URL('../../benchmarks/peers/torch_training.py', import.meta.url);
/** Gradient of each value of the network's outputs. */
const outputGradient = 1e-4;

interface Workload {
  name: string;
  batch: number;
  build(): tf.LayersModel;
}
const workloads: readonly Workload[] = [
  { name: 'detection', batch: 8, build: () => detectionNetwork(8, 1) },
  { name: 'segmentation', batch: 4, build: () => segmentationNetwork(11, 1) },
  { name: 'signs', batch: 64, build: () => signNetwork(43, 1) },
  { name: 'steering', batch: 32, build: () => steeringNetwork(1) },
];
const { optimizer } = recipeSchema.parse({
  task: 'signs',
  seed: 1,
  epochs: 1,
  samplesPerEpoch: 1,
  batch: 1,
  optimizer: { peakRate: 1e-4, weightDecay: 0.02 },
  augmentation: {},
  data: [{ format: 'gtsrb', folder: 'none' }],
});

/** The network without dropout, whose random draws would differ, as files for the peer. */
function peerFiles({ build, batch }: Workload): string {
  const network = build();
  const { input, nodes, outputs } = readLayerGraph(network);
  // Dropout in between passes on the order of the flattened features.
  const flattened = new Map<string, number[]>();
  for (const { name, className, inputs, inputShapes } of nodes) {
    if (className === 'Flatten') flattened.set(name, inputShapes[0]!);
    const before = flattened.get(inputs[0]!);
    if (className === 'Dropout' && before) flattened.set(name, before);
  }
  const shapeBefore = (inputs: readonly string[]) => flattened.get(inputs[0]!);
  const layers = {
    input: input.name,
    inputShape: input.outputShape,
    outputs,
    outputGradient,
    nodes: nodes.map(({ name, className, config, inputs, weights }) => ({
      name,
      className,
      config: className === 'Dropout' ? { rate: 0 } : config,
      inputs,
      weights: weights.map(({ shape }) => shape),
      flattened: shapeBefore(inputs),
    })),
  };
  const values = nodes.flatMap(({ weights }) => weights.map((weight) => weight.read()));
  const flat = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of values) {
    flat.set(part, offset);
    offset += part.length;
  }
  const inputLength = batch * input.outputShape.reduce((product, size) => product * size, 1);
  return temporaryFiles({
    'layers.json': JSON.stringify(layers),
    'weights.f32': flat,
    'input.f32': uniformNumbers(inputLength, 5),
  });
}

function caseOf(workload: Workload, threads: number): BenchmarkCase {
  return {
    name: `${workload.name}-${threads}`,
    resultUnit: { name: 'of the largest gradient', perValue: 1 },
    variants: [
      ours('windshield', workload, threads, 1),
      // Normalising layers use each part's own statistics, so the gradients of those networks differ.
      ...(threads > 1 ? [ours('in parts', workload, threads, threads)] : []),
      {
        name: 'PyTorch',
        isReference: true,
        whyNot: () => whyNoPython('python3-torch', 'torch', 'numpy'),
        command({ warmUp, samples }, resultPath) {
          const counts = [workload.batch, threads, warmUp, samples].map(String);
          return pythonCommand(peerScript, peerFiles(workload), ...counts, resultPath);
        },
      },
    ],
  };
}

function ours(name: string, workload: Workload, threads: number, parts: number): Variant {
  return {
    name,
    prepare() {
      const network = workload.build();
      for (const layer of network.layers)
        if (layer.getClassName() === 'Dropout') Object.assign(layer, { rate: 0 });
      const options = { batch: workload.batch, threads };
      const step =
        parts === 1
          ? new CompiledStep(network, options)
          : new SplitStep(network, { ...options, parts });
      const state = createOptimizerState(step.parameters);
      step.input.set(uniformNumbers(step.input.length, 5));
      let first: Float32Array | undefined;
      return {
        async run() {
          await step.forward();
          for (const { gradient } of step.outputs) gradient.fill(outputGradient);
          await step.backward();
          first ??= step.gradients.slice();
          optimizerStep(step, state, 1e-4, optimizer);
        },
        result: () => scaled(first!),
        note: `${step.backend}, ${threads} threads`,
        close: async () => step.dispose(),
      };
    },
  };
}

/** As shares of the largest, so that networks can be compared. */
function scaled(gradients: Float32Array): Float32Array {
  const largest = gradients.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-20);
  return gradients.map((value) => value / largest);
}

await tf.setBackend('cpu');
await runBenchmark({
  name: 'training',
  operation: 'one optimiser step: forward, backward, Adam; images a second are the batch over it',
  // Six steps, until both have touched the memory that they keep.
  warmUp: 6,
  samples: 8,
  cases: () => workloads.flatMap((workload) => [1, 2].map((threads) => caseOf(workload, threads))),
});
