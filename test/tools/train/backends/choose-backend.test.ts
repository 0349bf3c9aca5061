import { afterEach, describe, expect, it } from 'vitest';
import { hasErrorCode } from '../../../../src/frame/perception-error.js';
import {
  type BackendRequest,
  chooseBackend,
} from '../../../../tools/train/backends/choose-backend.js';
import { importOptional } from '../../../../tools/train/backends/optional-package.js';
import { isSoftwareAdapter } from '../../../../tools/train/backends/webgpu.js';

async function errorOf(request: string): Promise<{ code: string; message: string }> {
  const error = await chooseBackend(request as BackendRequest).catch((caught: unknown) => caught);
  if (!hasErrorCode(error)) throw new Error(`expected an error with a code, found ${error}`);
  return error;
}

describe('the choice of a training backend', () => {
  afterEach(() => chooseBackend('cpu'));

  it('names what runs and says what it passed over', async () => {
    const chosen = await chooseBackend('auto', { threads: 1 });
    expect(chosen.tf.getBackend()).toBe(
      { 'tfjs-node': 'tensorflow', webgpu: 'webgpu', wasm: 'wasm', cpu: 'cpu' }[chosen.name],
    );
    expect(chosen.name).not.toBe('cpu');
    if (chosen.name === 'wasm') expect(chosen.why).toMatch(/not tfjs-node: .+; not webgpu: .+/);
    chosen.close();
  });

  it.each(['wasm', 'cpu'] as const)('%s runs when it is asked for', async (name) => {
    const { tf } = await chooseBackend(name);
    expect(tf.getBackend()).toBe(name);
    expect([...tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()]).toEqual([11]);
  });

  it('a backend that is asked for and cannot run is an error, not another backend', async ({
    skip,
  }) => {
    const installed = await importOptional('@tensorflow/tfjs-node');
    if (typeof installed !== 'string') return skip('tfjs-node is installed here, so it can run');
    const error = await errorOf('tfjs-node');
    expect(error.code).toBe('ERR_PROVIDER_UNAVAILABLE');
    expect(error.message).toContain(installed);
  });

  it('an unknown name is answered with the known ones', async () => {
    const error = await errorOf('cuda');
    expect(error.code).toBe('ERR_USAGE');
    expect(error.message).toMatch(/auto, tfjs-node, webgpu, wasm, cpu, found 'cuda'/);
  });
});

describe('a WebGPU adapter', () => {
  const gpu = { vendor: 'nvidia', architecture: 'ampere', description: 'NVIDIA Orin' };

  it('is hardware when it says nothing else', () => {
    expect(isSoftwareAdapter({ info: gpu })).toBe(false);
    expect(isSoftwareAdapter({ info: { ...gpu, isFallbackAdapter: false } })).toBe(false);
  });

  it.each([
    { ...gpu, isFallbackAdapter: true },
    { vendor: 'google', architecture: 'swiftshader', description: 'SwiftShader Device (LLVM)' },
    { vendor: 'mesa', architecture: '', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
    { vendor: 'microsoft', architecture: '', description: 'Microsoft Basic Render Driver' },
  ])('is software: $description', (info) => {
    expect(isSoftwareAdapter({ info })).toBe(true);
  });
});
