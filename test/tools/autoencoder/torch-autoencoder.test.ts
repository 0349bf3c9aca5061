import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { autoencoderNetwork } from '../../../tools/autoencoder/autoencoder-network.js';
import { pictureValues } from '../../../tools/autoencoder/autoencoder-spec.js';
import { squaredError } from '../../../tools/autoencoder/squared-error.js';
import { exportOnnx } from '../../../tools/layers-to-onnx/export-onnx.js';
import { transposed } from '../../../tools/layers-to-onnx/tensor-layout.js';
import { tf } from '../../../tools/layers-to-onnx/tf.js';
import { CompiledStep } from '../../../tools/train/compiled/compiled-step.js';
import { repoDir } from '../../support/command-line.js';

const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch, numpy']).status === 0;
const batch = 2;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-autoencoder-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const floats = async (name: string) =>
  new Float32Array(Uint8Array.from(await readFile(join(dir, `${name}.f32`))).buffer);

/** The largest difference as a share of the largest value. */
function difference(found: Float32Array, expected: Float32Array): number {
  expect(found.length).toBe(expected.length);
  const most = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  expect(most).toBeGreaterThan(0);
  return found.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0) / most;
}

test.skipIf(!hasTorch)(
  'codes, reconstructions and the gradient of every weight are PyTorch’s on the same weights',
  async () => {
    await tf.setBackend('cpu');
    const network = autoencoderNetwork(16, 3);
    const random = mulberry32(5);
    const pictures = Float32Array.from({ length: batch * pictureValues }, () => random() * 2 - 1);
    const step = new CompiledStep(network, { batch });
    step.input.set(pictures);
    await step.forward();
    const [reconstruction, code] = step.outputs;
    squaredError(reconstruction!.values, pictures, reconstruction!.gradient);
    await step.backward();
    const { bytes } = exportOnnx(network, {
      graphName: 'autoencoder',
      inputName: 'picture',
      outputNames: ['reconstruction', 'code'],
      batch,
    });
    await writeFile(join(dir, 'model.onnx'), bytes);
    await writeFile(join(dir, 'pictures.f32'), pictures);
    const script = join(repoDir, 'test/tools/autoencoder/torch_autoencoder.py');
    const files = [join(dir, 'model.onnx'), join(dir, 'pictures.f32')];
    const args = [script, ...files, String(batch), dir];
    const { status, stderr } = spawnSync(python, args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(difference(reconstruction!.values, await floats('reconstruction'))).toBeLessThan(1e-4);
    expect(difference(code!.values, await floats('code'))).toBeLessThan(1e-4);
    for (const { name, shape, offset, length } of step.views) {
      const ours = step.gradients.slice(offset, offset + length);
      const [layer, weight] = name.split('/');
      const theirs = await floats(`${layer}.${weight === 'kernel' ? 'kernel' : 'weight1'}`);
      // Kernels of convolutions stand in another order in ONNX.
      const turned = shape.length === 4 ? transposed(ours, shape, [3, 2, 0, 1]) : ours;
      expect(difference(turned, theirs), name).toBeLessThan(1e-3);
    }
    step.dispose();
    network.dispose();
  },
);
