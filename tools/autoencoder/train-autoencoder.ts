import { setImmediate } from 'node:timers/promises';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { exportOnnx } from '../layers-to-onnx/export-onnx.js';
import { tf } from '../layers-to-onnx/tf.js';
import { CompiledStep } from '../train/compiled/compiled-step.js';
import { learningRateAt } from '../train/learning-rate.js';
import { createOptimizerState, optimizerStep } from '../train/optimizer.js';
import { createRandom } from '../train/random.js';
import type { OptimizerRecipe } from '../train/recipe.js';
import { mixSeed } from '../train/sample-order.js';
import { Autoencoder } from './autoencoder.js';
import { specProperty } from './autoencoder-file.js';
import { autoencoderNetwork } from './autoencoder-network.js';
import {
  type AutoencoderSpec,
  autoencoderInput,
  codeName,
  inputName,
  pictureValues,
  reconstructionName,
} from './autoencoder-spec.js';
import type { PictureSet } from './small-pictures.js';
import { spoilPicture } from './spoil-picture.js';
import { squaredError } from './squared-error.js';

export interface AutoencoderOptions {
  /** Numbers in a code, a multiple of 8. */
  codeSize: number;
  /** Learns to restore clean pictures from corrupted ones. */
  isDenoising: boolean;
  steps: number;
  seed: number;
  threads?: number;
  /** Called after every step with the number of steps done and the smoothed mean squared error. */
  onProgress?: (step: number, loss: number) => void;
  /** Ends the training after the current step; what was learnt so far is exported. */
  signal?: AbortSignal | undefined;
}

const batch = 16;
const optimizer: OptimizerRecipe = {
  peakRate: 2e-3,
  warmUpSteps: 100,
  finalShare: 0.02,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
  averageDecay: 0.995,
};

/**
 * Trains an autoencoder on small pictures by the compiled step, and exports it as one ONNX file with the outputs
 * `reconstruction` [1, 3, 64, 96] and `code` [1, codeSize]; the file also describes its own input. The same pictures,
 * options and threads give the same bytes. `heldOut` pictures are only measured. Throws ERR_TRAINING if there are no
 * pictures or the error is not finite.
 */
export async function trainAutoencoder(
  pictures: PictureSet,
  heldOut: PictureSet | undefined,
  options: AutoencoderOptions,
): Promise<{ bytes: Uint8Array; spec: AutoencoderSpec }> {
  if (pictures.count === 0)
    throw new PerceptionError('ERR_TRAINING', 'autoencoder: expected pictures, found none');
  const { codeSize, isDenoising, seed } = options;
  await tf.setBackend('cpu');
  const network = autoencoderNetwork(codeSize, seed);
  try {
    const steps = await learn(network, pictures, options);
    const spec: AutoencoderSpec = {
      format: 1,
      input: autoencoderInput,
      codeSize,
      isDenoising,
      seed,
      steps,
      pictures: pictures.count,
      heldOutError: null,
    };
    // Exported twice, because the file states the held-out error of the network that it contains.
    if (heldOut !== undefined && heldOut.count > 0)
      spec.heldOutError = meanError(toOnnx(network, spec), heldOut);
    return { bytes: toOnnx(network, spec), spec };
  } finally {
    network.dispose();
  }
}

/** Returns the number of steps taken. */
async function learn(
  network: tf.LayersModel,
  pictures: PictureSet,
  options: AutoencoderOptions,
): Promise<number> {
  const { steps, seed, isDenoising, threads = 1, onProgress, signal } = options;
  const step = new CompiledStep(network, { batch, threads });
  const [reconstruction] = step.outputs;
  const state = createOptimizerState(step.parameters);
  const targets = new Float32Array(batch * pictureValues);
  const warmUpSteps = Math.min(optimizer.warmUpSteps, Math.ceil(steps / 10));
  const schedule = {
    optimizer: { ...optimizer, warmUpSteps },
    schedule: { kind: 'cosine' },
    totalSteps: steps,
  } as const;
  let shown: number | undefined;
  let done = 0;
  try {
    while (done < steps && signal?.aborted !== true) {
      const random = createRandom(mixSeed(seed, done));
      for (let row = 0; row < batch; row++)
        pictures.read(random.below(pictures.count), targets, row * pictureValues);
      step.input.set(targets);
      if (isDenoising)
        for (let row = 0; row < batch; row++) spoilPicture(step.input, row * pictureValues, random);
      await step.forward();
      const loss = squaredError(reconstruction!.values, targets, reconstruction!.gradient);
      await step.backward();
      const { parameters, gradients, views } = step;
      const rate = learningRateAt(done, schedule, []);
      const norm = optimizerStep({ parameters, gradients, views }, state, rate, optimizer);
      if (!Number.isFinite(loss) || !Number.isFinite(norm))
        throw new PerceptionError(
          'ERR_TRAINING',
          `autoencoder, step ${done}: expected a finite error, found ${loss}`,
        );
      done++;
      shown = shown === undefined ? loss : 0.95 * shown + 0.05 * loss;
      onProgress?.(done, shown);
      // Lets signals and timers run.
      await setImmediate();
    }
    step.writeBack(state.average);
  } finally {
    step.dispose();
  }
  return done;
}

function toOnnx(network: tf.LayersModel, spec: AutoencoderSpec): Uint8Array {
  return exportOnnx(network, {
    graphName: 'windshield_autoencoder',
    inputName,
    outputNames: [reconstructionName, codeName],
    batch: 1,
    properties: specProperty(spec),
  }).bytes;
}

function meanError(bytes: Uint8Array, pictures: PictureSet): number {
  const autoencoder = Autoencoder.read(bytes, 'the trained autoencoder');
  const values = new Float32Array(pictureValues);
  let sum = 0;
  for (let index = 0; index < pictures.count; index++) {
    pictures.read(index, values);
    sum += autoencoder.run(values).error;
  }
  autoencoder.release();
  return sum / pictures.count;
}
