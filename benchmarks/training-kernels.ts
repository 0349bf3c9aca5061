import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from '../src/frame/median.js';
import { tf } from '../tools/layers-to-onnx/tf.js';
import { type BackendRequest, chooseBackend } from '../tools/train/backends/choose-backend.js';
import { kernelTable, profileKernels } from '../tools/train/backends/kernel-profile.js';
import { signNetwork } from '../tools/train/networks/signs.js';
import { steeringNetwork } from '../tools/train/networks/steering.js';

// Times one optimiser step of a tf.layers network, by kernel. One network per process:
//   node bin/build.js && node dist/benchmarks/training-kernels.js --network steering --threads 1
const { values } = parseArgs({
  options: {
    network: { type: 'string', default: 'steering' },
    backend: { type: 'string', default: 'auto' },
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});

interface Workload {
  network: tf.LayersModel;
  batch: number;
  loss(predicted: tf.Tensor): tf.Scalar;
}

function workloadOf(name: string): Workload {
  if (name === 'steering') {
    const target = tf.randomUniform([32, 1], -1, 1, 'float32', 1);
    const loss = (predicted: tf.Tensor) =>
      tf.losses.meanSquaredError(target, predicted) as tf.Scalar;
    return { network: steeringNetwork(1), batch: 32, loss };
  }
  const classes = tf.oneHot(tf.range(0, 64, 1, 'int32').mod(tf.scalar(43, 'int32')), 43);
  const loss = (predicted: tf.Tensor) =>
    tf.losses.softmaxCrossEntropy(classes, predicted) as tf.Scalar;
  return { network: signNetwork(43, 1), batch: 64, loss };
}

const { name, why } = await chooseBackend(values.backend as BackendRequest, {
  threads: Number(values.threads),
});
const { network, batch, loss } = workloadOf(values.network);
const shape = [batch, ...(network.inputs[0]!.shape.slice(1) as number[])];
const input = tf.randomUniform(shape, 0, 1, 'float32', 2);
const optimizer = tf.train.adam(1e-3);

/** Runs one optimiser step; reading the loss waits for a GPU to finish. */
function step(): number {
  const startMs = performance.now();
  const cost = optimizer.minimize(
    () => loss(network.apply(input, { training: true }) as tf.Tensor),
    true,
  );
  cost!.dataSync();
  cost!.dispose();
  return performance.now() - startMs;
}

const firstMs = step();
step();
const stepMs = Array.from({ length: Number(values.steps) }, step).sort((a, b) => a - b);
const profile = profileKernels();
step();
step();
const kernels = profile.stop();
const result = {
  network: values.network,
  batch,
  backend: name,
  threads: Number(values.threads),
  firstMs,
  p50Ms: median(stepMs),
  minMs: stepMs[0],
  maxMs: stepMs.at(-1),
  rssMiB: process.memoryUsage().rss / 2 ** 20,
  machine: `${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}`,
};
if (values.json) console.log(JSON.stringify({ ...result, stepMs, kernels }));
else console.log(`${name} (${why})\n`, result, `\n${kernelTable(kernels, 2)}`);
