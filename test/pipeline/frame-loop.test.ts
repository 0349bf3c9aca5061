import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { FrameStream } from '../../src/outputs/frame-stream.js';
import { FrameLoop } from '../../src/pipeline/frame-loop.js';
import type { PipelineRun } from '../../src/pipeline/pipeline-run.js';

test("a run that has ended is not kept by its program's signal, which may live on", async () => {
  const { signal } = new AbortController();
  for (const run of [async () => ({ report: {} }), () => Promise.reject(new Error('a fault'))]) {
    const loop = new FrameLoop({ run } as unknown as PipelineRun, new FrameStream(true), signal);
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    await loop.close().catch(() => undefined);
    expect(getEventListeners(signal, 'abort').length).toBe(0);
  }
});
