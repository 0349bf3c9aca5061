import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NativeSession } from '../../../src/inference/native-session.js';
import { readLayersNetwork } from '../../../tools/adopt/layers-model.js';
import { tf } from '../../../tools/layers-to-onnx/tf.js';

const dir = mkdtempSync(join(tmpdir(), 'windshield-layers-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const path = join(dir, 'model.json');
let answerOfTf: number[];
let picture: Float32Array;
let document: Record<string, unknown>;
beforeAll(async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 8, 3],
        filters: 4,
        kernelSize: 3,
        strides: 2,
        activation: 'relu',
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, name: 'angle' }),
    ],
  });
  picture = Float32Array.from({ length: 6 * 8 * 3 }, (_, i) => ((i * 37) % 100) / 100);
  answerOfTf = Array.from(
    (model.predict(tf.tensor4d(picture, [1, 6, 8, 3])) as tf.Tensor).dataSync(),
  );
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weights = [{ paths: ['group1-shard1of1.bin'], weights: weightSpecs }];
      document = { format: 'layers-model', modelTopology, weightsManifest: weights };
      writeFileSync(path, JSON.stringify(document));
      writeFileSync(join(dir, 'group1-shard1of1.bin'), new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
});

describe('a model that TensorFlow.js saved', () => {
  it('becomes a network that answers as it does, pictures channels first', async () => {
    const network = await readLayersNetwork(path);
    expect(network.inputs).toEqual([{ name: 'image', shape: [undefined, 3, 6, 8] }]);
    const planes = Float32Array.from(
      { length: picture.length },
      (_, i) => picture[(i % 48) * 3 + Math.floor(i / 48)]!,
    );
    const session = NativeSession.load(network.bytes, 'test');
    const dims = [1, 3, 6, 8];
    const feeds = { image: { type: 'float32' as const, dims, data: planes } };
    const [name] = network.outputNames as [string];
    expect(name).toBe('angle');
    const { data } = session.answer(feeds, [name])[name]!;
    session.release();
    expect(Number(data[0])).toBeCloseTo(answerOfTf[0]!, 5);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a graph model',
      () => ({ ...document, format: 'graph-model' }),
      /graph model: python -m tf2onnx\.convert --tfjs/,
    ],
    ['another document', () => ({ hello: 1 }), /found modelTopology that is not as it should be/],
    [
      'weights elsewhere',
      () => ({ ...document, weightsManifest: [{ paths: ['../../etc/passwd'], weights: [] }] }),
      /passwd: expected weights, found/,
    ],
    [
      'weights of another type',
      () => ({
        ...document,
        weightsManifest: [
          { paths: ['a.bin'], weights: [{ name: 'a', shape: [1], dtype: 'int32' }] },
        ],
      }),
      /weightsManifest\.0\.weights\.0\.dtype/,
    ],
    [
      'layers that nobody knows',
      () => ({
        ...document,
        modelTopology: {
          class_name: 'Sequential',
          config: { name: 's', layers: [{ class_name: 'Magic', config: {} }] },
        },
      }),
      /expected a tf\.layers model, found .*Magic/,
    ],
  ])('%s is refused on one line', async (_, change, message) => {
    const bad = join(dir, 'bad.json');
    writeFileSync(bad, JSON.stringify(change()));
    const reading = readLayersNetwork(bad);
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_BUNDLE',
      message: expect.stringMatching(message),
    });
    await reading.catch(({ message: text }: Error) => expect(text).not.toContain('\n'));
  });
});
