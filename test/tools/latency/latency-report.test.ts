import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { formatLatencyReport, lossNotes } from '../../../tools/latency/format-report.js';
import { buildLatencyReport } from '../../../tools/latency/latency-report.js';
import { readLineage } from '../../../tools/latency/read-lineage.js';
import { type ResultInput, resultMessage, writeResults } from './results-builder.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-latency-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const lanes = { detection: 'detection+signs', signs: 'detection+signs' };
/** Frames 2 and 3 were overtaken, 6 was lost by the recorder; frame 4 had no sign, frame 5 a late class map. */
const results: ResultInput[] = [
  {
    frameId: 0,
    captureMs: 0,
    arrivalMs: 1,
    publishMs: 40,
    lanes,
    stages: {
      detection: [1, 2, 4, 20, 22],
      signs: [1, 22, 23, 26, 27],
      segmentation: [1, 2, 5, 35, 38],
    },
  },
  {
    frameId: 1,
    captureMs: 50,
    arrivalMs: 2,
    publishMs: 30,
    lanes,
    stages: { detection: [2, 3, 5, 25, 27], signs: [2, 27, 28, 28.5, 29], segmentation: 'skipped' },
  },
  {
    frameId: 4,
    captureMs: 200,
    arrivalMs: 1,
    publishMs: 60,
    lanes,
    stages: {
      detection: [1, 2, 3, 13, 14],
      signs: [1, 14, 15, 15, 15],
      segmentation: [1, 2, 5, 45, 50],
    },
    drops: { overtaken: 2 },
  },
  {
    frameId: 5,
    captureMs: 250,
    publishMs: 100,
    lanes,
    stages: { detection: [1, 2, 4, 24, 26], signs: 'failed', segmentation: 'late' },
  },
  { frameId: 7, captureMs: 350, publishMs: 20, stages: { detection: [1, 2, 4, 14, 16] } },
];

async function recorded(name: string, inputs: readonly ResultInput[] = results): Promise<string> {
  const path = join(dir, name);
  await writeResults(path, inputs.map(resultMessage));
  return path;
}

const reported = async (path: string, deadlineMs?: number) =>
  buildLatencyReport(await readLineage(path), deadlineMs);

describe('of a recording whose every time is known', () => {
  let path: string;
  beforeAll(async () => {
    path = await recorded('known.mcap');
  });

  test('glass to result runs from capture to publishing', async () => {
    const report = await reported(path);
    expect(report.glassToResultMs).toEqual({ count: 5, p50: 40, p95: 100, p99: 100, max: 100 });
    expect(report.captureToArrivalMs).toMatchObject({ p50: 1, max: 2 });
    expect(report).toMatchObject({ medianFrame: 0, worstFrame: 5 });
  });

  test('each stage has its queueing, preprocessing, inference, decoding and total', async () => {
    const { detection, segmentation } = (await reported(path)).stages;
    expect(detection).toMatchObject({
      lane: 'detection+signs',
      provider: 'cpu',
      queueMs: { count: 5, p50: 1, max: 1 },
      preprocessMs: { p50: 2, max: 2 },
      inferenceMs: { p50: 16, max: 20 },
      decodeMs: { p50: 2, max: 2 },
      totalMs: { p50: 20, max: 24 },
      sinceCaptureMs: { p50: 22, max: 27 },
    });
    expect(segmentation!.totalMs).toEqual({ count: 2, p50: 36, p95: 48, p99: 48, max: 48 });
  });

  test('a stage that had nothing to infer waited, but says nothing of its network', async () => {
    const { signs } = (await reported(path)).stages;
    expect(signs!.states).toEqual({ ok: 3, skipped: 0, late: 0, failed: 1 });
    expect(signs!.queueMs).toMatchObject({ count: 3, max: 25 });
    expect(signs!.inferenceMs).toEqual({ count: 2, p50: 0.5, p95: 3, p99: 3, max: 3 });
  });

  test('every frame is published, dropped for a reason, or said to be missing', async () => {
    const { frames, stages } = await reported(path);
    expect(frames).toEqual({
      in: 8,
      published: 5,
      dropped: 2,
      drops: { overtaken: 2 },
      unaccounted: 1,
    });
    expect(stages['segmentation']!.states).toEqual({ ok: 2, skipped: 1, late: 1, failed: 0 });
  });

  test('the stage that answered last decided when the result could leave', async () => {
    const { stages, answerToPublishMs } = await reported(path);
    const last = Object.entries(stages).map(([stage, { lastToAnswer }]) => [stage, lastToAnswer]);
    expect(Object.fromEntries(last)).toEqual({ detection: 2, signs: 1, segmentation: 2 });
    // 40 - 38, 30 - 29, 60 - 50, 100 - 26, 20 - 16.
    expect(answerToPublishMs).toMatchObject({ count: 5, p50: 4, max: 74 });
  });

  test('results later than the deadline are misses, one exactly on it is none', async () => {
    expect((await reported(path)).deadline).toBeNull();
    expect((await reported(path, 40)).deadline).toEqual({ ms: 40, misses: 2, share: 0.4 });
    expect((await reported(path, 100)).deadline).toMatchObject({ misses: 0 });
  });

  test('publishing has a rate, intervals and their jitter', async () => {
    const { publish } = await reported(path);
    // Published at 40, 80, 260, 350 and 370.
    expect(publish.intervalMs).toEqual({ count: 4, p50: 40, p95: 180, p99: 180, max: 180 });
    expect(publish.jitterMs).toEqual({ count: 4, p50: 20, p95: 140, p99: 140, max: 140 });
    expect(publish.rateHz).toBeCloseTo(4 / 0.33, 3);
  });

  test('the table names all of it', async () => {
    const table = formatLatencyReport(await reported(path, 50));
    expect(table).toMatch(/^glass to result +5 +40\.00 +100\.00 +100\.00 +100\.00$/m);
    expect(table).toMatch(/^signs +2 .* 1 failed$/m);
    expect(table).toMatch(/^frames +8 in = 5 published \+ 2 dropped \(2 overtaken\) \+ 1 not in/m);
    expect(table).toMatch(/^deadline +50 ms: 2 of 5 missed \(40\.0 %\)$/m);
    expect(table).toMatch(
      /^decisive +detection 40 %, segmentation 40 %, signs 20 % answered last$/m,
    );
  });
});

test('why a stage was skipped, and in which mode a result left, is counted', async () => {
  const held = results.map((result, index): ResultInput => {
    const segmentation = index % 2 === 0 ? 'skipped: degraded' : 'skipped: overtaken';
    const mode = index > 1 ? 'half' : '';
    return { ...result, mode, stages: { detection: [1, 2, 4, 20, 22], segmentation } };
  });
  const report = await reported(await recorded('held.mcap', held));
  expect(report.modes).toEqual({ half: 3 });
  expect(report.stages['segmentation']).toMatchObject({
    states: { skipped: 5 },
    skips: { degraded: 3, overtaken: 2 },
  });
  const table = formatLatencyReport(report);
  expect(table).toMatch(/^segmentation .* 5 skipped \(3 degraded, 2 overtaken\)$/m);
  expect(table).toMatch(/^held back +3 half of 5 results$/m);
});

test('a single frame has percentiles and no intervals', async () => {
  const report = await reported(await recorded('one.mcap', results.slice(0, 1)));
  expect(report.glassToResultMs).toMatchObject({ count: 1, p50: 40, max: 40 });
  expect(report.publish).toMatchObject({ rateHz: 0, intervalMs: { count: 0 } });
  expect(formatLatencyReport(report)).toMatch(/^publish interval +0( +–){4}$/m);
});

describe('a recording that is not whole', () => {
  test('is used up to the cut, and that is said', async () => {
    const many = Array.from({ length: 400 }, (_, index) => ({
      ...results[0]!,
      frameId: index,
      captureMs: index * 50,
    }));
    const whole = await readFile(await recorded('many.mcap', many));
    const cut = join(dir, 'cut.mcap');
    await writeFile(cut, whole.subarray(0, Math.round(whole.length * 0.5)));
    const report = await reported(cut);
    expect(report.recording).toMatchObject({ isComplete: false, source: 'drive.mcap' });
    expect(report.glassToResultMs.count).toBeGreaterThan(50);
    expect(report.glassToResultMs.count).toBeLessThan(400);
    expect(report.frames.unaccounted).toBe(0);
    expect(lossNotes(report)).toEqual([
      expect.stringMatching(/cut off: read up to the cut, \d+ bytes/),
    ]);
  });

  test('counts the frames of each life of a supervised run, whose ids start again', async () => {
    const ofLives = [0, 1, 9, 10, 11].map((id, index) => {
      const life = index < 3 ? 0 : 1;
      const input = { frameId: id - 10 * life, captureMs: index * 50, publishMs: 9 };
      return { ...resultMessage(input), epoch: life };
    });
    const path = join(dir, 'lives.mcap');
    await writeResults(path, ofLives);
    expect((await reported(path)).frames).toMatchObject({ in: 12, published: 5, unaccounted: 7 });
  });

  test('counts results without times and bytes that are no result', async () => {
    const path = join(dir, 'odd.mcap');
    const { timing: _, ...untimed } = resultMessage({ frameId: 1, captureMs: 50, publishMs: 9 });
    await writeResults(path, [resultMessage(results[0]!), untimed]);
    expect((await reported(path)).recording).toMatchObject({ withoutTiming: 1, undecodable: 0 });
    expect((await reported(path)).frames).toMatchObject({ in: 2, published: 2, unaccounted: 0 });

    const writer = await RecordingWriter.create(path);
    await writer.writeEncoded('perception', 1n, Uint8Array.of(0xff, 0xff, 0xff));
    await writer.close();
    await expect(readLineage(path)).rejects.toMatchObject({
      code: 'ERR_RECORDING',
      message: expect.stringContaining('1 messages that are no results'),
    });
  });
});

describe('is refused with what was found:', () => {
  const refusal = (path: string) =>
    readLineage(path).then(
      () => 'read',
      ({ code, message }) => `${code} ${message}`,
    );

  test('a drive', async () => {
    const path = join(dir, 'drive.mcap');
    const writer = await RecordingWriter.create(path);
    await writer.writeEncoded('camera/image', 1n, new Uint8Array());
    await writer.close();
    expect(await refusal(path)).toMatch(/^ERR_RECORDING .* found topics camera\/image$/);
  });

  test('results without times', async () => {
    const path = join(dir, 'untimed.mcap');
    const { timing: _, ...untimed } = resultMessage(results[0]!);
    await writeResults(path, [untimed]);
    expect(await refusal(path)).toMatch(/^ERR_RECORDING .* found 1 results without them$/);
  });

  test('a run that published nothing', async () => {
    const path = join(dir, 'nothing.mcap');
    await writeResults(path, []);
    expect(await refusal(path)).toMatch(/^ERR_RECORDING .* found a run that published nothing$/);
  });

  test('an empty file, a missing one, and one of other bytes', async () => {
    const path = join(dir, 'other.mcap');
    await writeFile(path, '');
    expect(await refusal(path)).toMatch(/^ERR_SOURCE_EMPTY /);
    await writeFile(path, 'milliseconds');
    expect(await refusal(path)).toMatch(/^ERR_RECORDING /);
    expect(await refusal(join(dir, 'none.mcap'))).toMatch(/^ERR_SOURCE_MISSING /);
  });
});
