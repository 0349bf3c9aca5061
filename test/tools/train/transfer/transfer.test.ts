import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../../../../tools/export/write-bundle.js';
import { readLayerGraph } from '../../../../tools/layers-to-onnx/layer-graph.js';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { writeCheckpoint } from '../../../../tools/train/checkpoint.js';
import { makeBundle } from '../../../../tools/train/make-bundle.js';
import { createRandom } from '../../../../tools/train/random.js';
import { recipeSchema } from '../../../../tools/train/recipe.js';
import { taskTraining } from '../../../../tools/train/tasks/task-table.js';
import { applyWeights } from '../../../../tools/train/transfer/apply-weights.js';
import { readWeights } from '../../../../tools/train/transfer/read-weights.js';
import { startFrom } from '../../../../tools/train/transfer/start-from.js';
import { weightLayout } from '../../../../tools/train/weight-layout.js';

/** A small sign network: everything that folding meets, and a head for any number of classes. */
function network(classCount: number, seed: number): tf.LayersModel {
  const { layers } = tf;
  const heNormal = (offset: number) => tf.initializers.heNormal({ seed: seed * 10 + offset });
  const input = tf.input({ shape: [8, 8, 3], name: 'crop' });
  const stem = layers
    .conv2d({
      name: 'stem',
      filters: 4,
      kernelSize: 3,
      useBias: false,
      kernelInitializer: heNormal(1),
    })
    .apply(input);
  const map = layers
    .reLU({ name: 'stem_relu' })
    .apply(layers.batchNormalization({ name: 'stem_norm', epsilon: 1e-3 }).apply(stem));
  const hidden = layers
    .dense({ name: 'hidden', units: 6, kernelInitializer: heNormal(2) })
    .apply(layers.flatten({ name: 'flat' }).apply(map));
  const normal = layers.batchNormalization({ name: 'hidden_norm', epsilon: 1e-3 }).apply(hidden);
  const active = layers.reLU({ name: 'hidden_relu' }).apply(normal);
  const logits = layers
    .dense({ name: 'logits', units: classCount, kernelInitializer: heNormal(3) })
    .apply(active) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: logits, name: 'small_signs' });
}

/** Every weight at random, statistics above 0: as after training, nothing is where it began. */
function shaken(model: tf.LayersModel, seed: number): tf.LayersModel {
  const random = createRandom(seed);
  for (const { weights } of readLayerGraph(model).nodes) {
    for (const weight of weights) {
      const isSpread = /variance|gamma/.test(weight.name);
      weight.write(
        weight.read().map(() => (isSpread ? random.between(0.5, 2) : random.normal() * 0.4)),
      );
    }
  }
  return model;
}

const rows = 12;
const random = createRandom(4);
/** Channels first, as training has it. */
const input = Float32Array.from({ length: rows * 3 * 64 }, () => random.normal());
function infer(model: tf.LayersModel, training = false): Float32Array {
  return tf.tidy(() => {
    const planes = tf.tensor(input, [rows, 3, 8, 8]);
    const answer = model.apply(tf.transpose(planes, [0, 2, 3, 1]), { training });
    return (answer as tf.Tensor).dataSync() as Float32Array;
  });
}
const worst = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

const training = taskTraining(
  recipeSchema.parse({
    task: 'signs',
    seed: 1,
    epochs: 1,
    samplesPerEpoch: 1,
    batch: rows,
    optimizer: { peakRate: 1 },
    augmentation: {},
    data: [{ format: 'gtsrb', folder: 'unused' }],
  }),
);

let dir: string;
let taught: tf.LayersModel;

describe('beginning with the weights of another network', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    dir = mkdtempSync(join(tmpdir(), 'windshield-transfer-'));
    taught = shaken(network(43, 1), 2);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const begin = (path: string, model: tf.LayersModel) =>
    startFrom(model, path, async () => ({ input, rows }));

  it('takes a bundle, folded as it is, and infers and trains on from where it stood', async () => {
    const spec = { ...training.input, widthPx: 8, heightPx: 8 };
    const story = { version: '1.0.0', training: { data: [], seed: 1, command: '' }, scores: {} };
    writeBundle(join(dir, 'bundle'), makeBundle(taught, { ...training, input: spec }, story), {
      replace: false,
    });
    const pupil = network(43, 7);
    const { taken, left } = await begin(join(dir, 'bundle'), pupil);
    expect(left).toEqual([]);
    expect(taken).toContain('stem_norm');
    expect(worst(infer(pupil), infer(taught))).toBeLessThan(1e-3);
    // By the batch's own statistics, which were measured on this very batch, it answers the same.
    expect(worst(infer(pupil, true), infer(taught))).toBeLessThan(2e-2);
  });

  it('gives a head for other classes fresh weights, and everything else those of the checkpoint', async () => {
    const graph = readLayerGraph(taught);
    const layout = weightLayout(graph);
    const all = new Map(graph.nodes.flatMap((node) => node.weights.map((w) => [w.name, w.read()])));
    const flat = (names: { name: string }[]) =>
      Float32Array.from(
        names.flatMap(({ name }) => [
          ...[...all].find(([variable]) => variable.replace(/_\d+$/, '') === name)![1],
        ]),
      );
    mkdirSync(join(dir, 'run'));
    const average = flat(layout.parameters);
    writeCheckpoint(join(dir, 'run', 'best.checkpoint'), {
      facts: {
        task: 'signs',
        recipeSha256: '',
        step: 1,
        optimizerStep: 1,
        bestScore: null,
        bestStep: 0,
        history: [],
        elapsedS: 0,
        layout,
      },
      arrays: {
        parameters: average.map(() => 9),
        average,
        firstMoment: average,
        secondMoment: average,
        statistics: flat(layout.statistics),
      },
    });
    const pupil = network(5, 7);
    const fresh = pupil.getLayer('logits').getWeights()[0]!.dataSync().slice();
    const { taken, left } = await begin(join(dir, 'run'), pupil);
    expect(taken.sort()).toEqual(['hidden', 'hidden_norm', 'stem', 'stem_norm']);
    expect(left).toEqual([{ layer: 'logits', reason: '6x43 there, 6x5 here' }]);
    expect(pupil.getLayer('logits').getWeights()[0]!.dataSync()).toEqual(fresh);
    for (const layer of ['stem', 'stem_norm', 'hidden', 'hidden_norm']) {
      const [ours, theirs] = [pupil, taught].map((model) => model.getLayer(layer).getWeights());
      ours!.forEach((weight, i) => {
        expect(weight.dataSync()).toEqual(theirs![i]!.dataSync());
      });
    }
  });

  it('takes a model that TensorFlow.js saved', async () => {
    await taught.save(
      tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
        const weights = Buffer.from(weightData as ArrayBuffer);
        // In two files, cut where no weight ends.
        writeFileSync(join(dir, 'a.bin'), weights.subarray(0, 101));
        writeFileSync(join(dir, 'b.bin'), weights.subarray(101));
        const weightsManifest = [{ paths: ['a.bin', 'b.bin'], weights: weightSpecs }];
        writeFileSync(join(dir, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const pupil = network(43, 7);
    expect((await begin(join(dir, 'model.json'), pupil)).left).toEqual([]);
    expect(worst(infer(pupil), infer(taught))).toBe(0);
  });

  it('says what was expected where there is nothing to begin with', () => {
    const target = readLayerGraph(network(2, 1));
    expect(() => readWeights(join(dir, 'nowhere'), target)).toThrow(/a bundle, found nothing/);
    writeFileSync(join(dir, 'other.json'), '{"weightsManifest": 3}');
    expect(() => readWeights(join(dir, 'other.json'), target)).toThrow(/weightsManifest/);
    const foreign = {
      where: 'x',
      folded: [],
      tensors: new Map([['a/kernel', { shape: [1], values: Float32Array.of(1) }]]),
    };
    expect(() => applyWeights(target, foreign)).toThrow(/found none \(a …\)/);
  });
});
