import { writeFileSync } from 'node:fs';
import type { Benchmark, InProcessVariant, Measurement } from './benchmark.js';

/** Warms up, then times single operations in this process. Writes the result to `resultPath` if given. */
export async function measure(
  { warmUp, samples }: Pick<Benchmark, 'warmUp' | 'samples'>,
  variant: InProcessVariant,
  resultPath: string,
): Promise<Measurement> {
  const operation = await variant.prepare();
  for (let i = 0; i < warmUp; i++) await operation.run();
  const samplesMs = new Float64Array(samples);
  const rssBefore = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  for (let i = 0; i < samples; i++) {
    const start = performance.now();
    const done = operation.run();
    if (done instanceof Promise) await done;
    samplesMs[i] = performance.now() - start;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const rss = process.memoryUsage.rss();
  const result = operation.result?.();
  if (result !== undefined) {
    writeFileSync(resultPath, new Uint8Array(result.buffer, result.byteOffset, result.byteLength));
  }
  await operation.close?.();
  return {
    samplesMs: Array.from(samplesMs),
    cpuMs: (user + system) / 1000 / samples,
    rssMiB: rss / 2 ** 20,
    grownKiB: (rss - rssBefore) / 1024,
    ...(operation.note === undefined ? {} : { note: operation.note }),
  };
}
