import { describe, expect, it, vi } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { kernelTable, profileKernels } from '../../../../tools/train/backends/kernel-profile.js';
import { startWasm } from '../../../../tools/train/backends/wasm.js';

describe('the kernel profile', () => {
  it('counts the calls of each kernel while it watches, and only then', async () => {
    await startWasm();
    const before = tf.getKernel('Square', 'wasm').kernelFunc;
    const profile = profileKernels();
    const x = tf.tensor1d([1, 2, 3]);
    tf.square(tf.square(x));
    tf.relu(x);
    const times = profile.stop();
    tf.square(x);
    const calls = Object.fromEntries(times.map(({ kernel, calls: count }) => [kernel, count]));
    expect(calls).toMatchObject({ Square: 2, Relu: 1 });
    expect(tf.getKernel('Square', 'wasm').kernelFunc).toBe(before);
  });

  it('gives the time of a kernel inside another to the inner one', async () => {
    await startWasm();
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const busy = (ms: number) => {
      nowMs += ms;
    };
    const backendName = 'wasm';
    const inner = () => {
      busy(20);
      return [];
    };
    tf.registerKernel({ kernelName: 'Inner', backendName, kernelFunc: inner });
    const outer = () => {
      busy(5);
      tf.engine().runKernel('Inner', {});
      return [];
    };
    tf.registerKernel({ kernelName: 'Outer', backendName, kernelFunc: outer });
    const profile = profileKernels();
    tf.engine().runKernel('Outer', {});
    const [first, second] = profile.stop();
    clock.mockRestore();
    tf.unregisterKernel('Inner', backendName);
    tf.unregisterKernel('Outer', backendName);
    expect([first, second]).toMatchObject([
      { kernel: 'Inner', selfMs: 20 },
      { kernel: 'Outer', selfMs: 5 },
    ]);
    expect(kernelTable([first!, second!]).split('\n')[1]).toMatch(/^Inner +\d+\.\d\d +1$/);
  });
});
