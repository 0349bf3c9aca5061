import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PublishCounts } from '../../src/outputs/publish-count.js';
import type { PipelineInput } from '../../src/pipeline/pipeline-schema.js';
import { type Output, openPipeline } from '../../src/public/pipeline.js';
import { until } from '../support/command-line.js';
import { stripesSource } from '../support/stripes-source.js';
import { tinyDriveSize } from '../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const frameCount = 12;
let rig: TinyRig;
let config: PipelineInput;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
  config = {
    calibration: 'none',
    bundles: rig.bundleDirs,
    lanes: [['steering', 'detection', 'signs'], ['segmentation']],
    publish: {},
  };
});
afterAll(() => rig.remove());

const ids = (count: number) => Array.from({ length: count }, (_, id) => id);

/** Keeps what it was sent. */
function keepingOutput() {
  const kept: { topic: string; firstByte: number | undefined }[] = [];
  const ends: string[] = [];
  const output: Output = {
    name: 'keeping',
    place: 'memory',
    topics: ['perception'],
    needsPixels: true,
    counts: new PublishCounts(),
    send({ topic, pixels }) {
      kept.push({ topic, firstByte: pixels?.bytes[0] });
      pixels?.release();
    },
    close: async (end) => void ends.push(end),
  };
  return { output, kept, ends };
}

describe('for await over a pipeline', () => {
  test('in lock-step gives every frame of a pipeline file, with detections and the class map', async () => {
    const pipeline = await openPipeline({
      config: await rig.writePipeline('loop.yaml', { publish: {} }),
      pacing: 'lockstep',
    });
    const seen = [];
    for await (const { frameId, detections, segmentation } of pipeline) {
      seen.push(Number(frameId));
      expect(detections.length).toBeGreaterThan(0);
      expect(segmentation!.runLengths.length).toBeGreaterThan(0);
    }
    expect(seen).toEqual(ids(frameCount));
    const report = await pipeline.close();
    expect(report.frames).toEqual({ in: frameCount, published: frameCount, dropped: 0, drops: {} });
    expect(report.outputs).toEqual([
      {
        name: 'program',
        place: 'this process',
        topics: { perception: { sent: frameCount, dropped: 0 } },
      },
    ]);
  });

  test('takes a source and outputs of the program, and closes both', async () => {
    const source = stripesSource(5, tinyDriveSize);
    const { output, kept, ends } = keepingOutput();
    const pipeline = await openPipeline({ config, source, outputs: [output], pacing: 'lockstep' });
    const seen = [];
    for await (const { frameId } of pipeline) seen.push(Number(frameId));
    expect(seen).toEqual(ids(5));
    expect(kept).toEqual(ids(5).map((id) => ({ topic: 'perception', firstByte: id })));
    expect((await pipeline.close()).source).toMatchObject({ name: 'stripes', end: 'ended' });
    expect(ends).toEqual(['ended']);
    expect(source.closings).toBeGreaterThan(0);
  });

  test('that is left early ends the run in order', async () => {
    const source = stripesSource(1000, tinyDriveSize);
    const pipeline = await openPipeline({ config, source, pacing: 'lockstep' });
    for await (const { frameId } of pipeline) if (frameId === 2n) break;
    expect(source.closings).toBeGreaterThan(0);
    expect((await pipeline.close()).source.end).toBe('stopped');
    expect(await pipeline.next()).toEqual({ done: true, value: undefined });
  });

  test('in real time never waits for a slow reader: what it misses is counted', async () => {
    const source = stripesSource(40, { ...tinyDriveSize, isLive: true });
    const { output, ends } = keepingOutput();
    const pipeline = await openPipeline({ config, source, outputs: [output] });
    const first = await pipeline.next();
    expect(first.done).toBe(false);
    // The run ends, every frame in it, while nobody reads.
    await until(() => ends.length > 0);
    let read = 1;
    for await (const _frame of pipeline) read++;
    const { frames } = await pipeline.close();
    expect(read).toBeLessThanOrEqual(5);
    expect(read + pipeline.lost).toBe(frames.published);
    expect(frames.published + frames.dropped).toBe(40);
  });

  test('ends with what ended the run, after the frames before it', async () => {
    const source = stripesSource(10, { ...tinyDriveSize, failAt: 3 });
    const pipeline = await openPipeline({ config, source, pacing: 'lockstep' });
    const seen: number[] = [];
    await expect(async () => {
      for await (const { frameId } of pipeline) seen.push(Number(frameId));
    }).rejects.toMatchObject({ code: 'ERR_SOURCE_LOST' });
    expect(seen).toEqual(ids(3));
  });

  test('ends when its signal does', async () => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const source = stripesSource(1000, tinyDriveSize);
    const pipeline = await openPipeline({ config, source, pacing: 'lockstep', signal });
    let count = 0;
    for await (const _frame of pipeline) if (++count === 3) stopping.abort();
    expect(count).toBeLessThan(10);
    expect((await pipeline.close()).source.end).toBe('stopped');
  });
});

describe('a pipeline that cannot open', () => {
  test('says every key of the object that is wrong', async () => {
    const wrong = { ...config, lanes: [['steering']], colour: 'red' } as PipelineInput;
    await expect(openPipeline({ config: wrong, source: 'x' })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('unknown key "colour"'),
    });
  });

  test('closes source and outputs of the program', async () => {
    const source = stripesSource(5, tinyDriveSize);
    const { output, ends } = keepingOutput();
    const bundles = { ...rig.bundleDirs, steering: '/nowhere' };
    const opening = openPipeline({ config: { ...config, bundles }, source, outputs: [output] });
    await expect(opening).rejects.toMatchObject({ code: 'ERR_BUNDLE' });
    expect(source.closings).toBeGreaterThan(0);
    expect(ends).toContain('failed');
  });

  test('closes them too if the pipeline file is wrong', async () => {
    const source = stripesSource(5, tinyDriveSize);
    const { output, ends } = keepingOutput();
    for (const wrong of [join(rig.dir, 'missing.yaml'), { ...config, bundles: {} }])
      await expect(
        openPipeline({ config: wrong, source, outputs: [output] }),
      ).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    expect(source.closings).toBe(2);
    expect(ends).toEqual(['failed', 'failed']);
  });

  test('asks for a source', async () => {
    await expect(openPipeline({ config })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });
});
