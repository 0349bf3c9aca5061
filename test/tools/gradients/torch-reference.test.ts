import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { AskedNetwork } from '../../../tools/gradients/asked-network.js';
import { gradCam, integratedGradients } from '../../../tools/gradients/gradient-maps.js';
import { layerNamed } from '../../../tools/gradients/layers.js';
import { repoDir } from '../../support/command-line.js';

const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch, numpy']).status === 0;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-torch-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const floats = async (file: string) =>
  new Float32Array(Uint8Array.from(await readFile(join(dir, file))).buffer);

/** The largest difference as a share of the largest value. */
function difference(found: Float32Array, expected: Float32Array): number {
  expect(found.length).toBe(expected.length);
  const most = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  expect(most).toBeGreaterThan(0);
  return found.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0) / most;
}

test.skipIf(!hasTorch).each([
  ['signs', 'stage1_b', 8],
  ['steering', 'conv5', 8],
  ['segmentation', 'context', 1],
])(
  '%s: integrated gradients and Grad-CAM of %s are PyTorch’s on the same weights',
  async (task, layerName, steps) => {
    const bundle = await readBundleFolder(`${repoDir}models/${task}`);
    const layer = layerNamed(bundle, layerName);
    const shape = bundle.manifest.input.tensor.shape.map((size) =>
      size === 'N' ? 1 : Number(size),
    );
    const random = mulberry32(4);
    const length = shape.reduce((all, size) => all * size, 1);
    const input = Float32Array.from({ length }, () => random() * 2 - 1);
    const asked = AskedNetwork.open(bundle, input, { watch: [layer.value], pointNorm: [0.4, 0.6] });
    const attributions = integratedGradients(
      asked,
      input,
      new Float32Array(length).fill(-1),
      steps,
    );
    const [asking] = asked.question.slopes({ ...asked.network.forward(input) });
    const { value, gradient, shape: size } = asked.backward(input).watched.get(layer.value)!;
    const cam = gradCam(value, gradient, size).values;
    asked.release();
    await writeFile(join(dir, 'input.f32'), input);
    const args = [join(bundle.where, 'model.onnx'), join(dir, 'input.f32'), shape.join(',')];
    const more = [asking!.output, asking!.index, asking!.slope, layer.value, steps, dir].map(
      String,
    );
    const script = join(repoDir, 'test/tools/gradients/torch_reference.py');
    const { status, stderr } = spawnSync(python, [script, ...args, ...more], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(difference(attributions, await floats('attributions.f32'))).toBeLessThan(1e-3);
    expect(difference(cam, await floats('cam.f32'))).toBeLessThan(1e-3);
  },
);
