import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let results: string;
/** What the run said of itself. */
let run: {
  frames: { in: number; published: number; drops: Record<string, number> };
  glassToResultMs: { count: number; p50: number; max: number };
  stages: Record<string, { states: object; inferenceMs: { count: number; max: number } }>;
};
beforeAll(async () => {
  rig = await makeTinyRig(40, 20);
  results = join(rig.dir, 'results.mcap');
  const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--rate', '4', '--out', results];
  run = JSON.parse((await windshield([...args, '--json']).finished).stdout);
});
afterAll(() => rig.remove());

test('--json says of the recording alone what the run said of itself', async () => {
  const { code, stdout, stderr } = await windshield(['latency', results, '--json']).finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = JSON.parse(stdout);
  const { in: framesIn, published, drops } = run.frames;
  expect(report.frames).toMatchObject({ published, unaccounted: 0 });
  expect(report.frames.in).toBeLessThanOrEqual(framesIn);
  expect(report.frames.in).toBe(report.frames.published + report.frames.dropped);
  for (const [reason, count] of Object.entries(report.frames.drops))
    expect(count).toBeLessThanOrEqual(drops[reason]!);
  // The run stops its watch when the result is handed over, the recording when it was fused.
  expect(report.glassToResultMs.count).toBe(run.glassToResultMs.count);
  expect(report.glassToResultMs.max).toBeLessThanOrEqual(run.glassToResultMs.max + 0.001);
  expect(report.glassToResultMs.p50).toBeLessThanOrEqual(run.glassToResultMs.p50 * 1.01);
  expect(Object.keys(report.stages)).toEqual(Object.keys(run.stages));
  for (const [stage, { states, inferenceMs }] of Object.entries(run.stages)) {
    expect(report.stages[stage].states).toEqual(states);
    // The run also measures answers that came too late for their frame.
    expect(report.stages[stage].inferenceMs.count).toBeLessThanOrEqual(inferenceMs.count);
    expect(report.stages[stage].inferenceMs.max).toBeLessThanOrEqual(inferenceMs.max + 0.001);
  }
});

test('prints a table, counts what missed a deadline, and writes the page', async () => {
  const html = join(rig.dir, 'report.html');
  const args = ['latency', results, '--deadline-ms', '0.001', '--html', html];
  const { code, stdout, stderr } = await windshield(args).finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: `wrote ${html}\n` });
  const { published } = run.frames;
  expect(stdout).toMatch(new RegExp(`^glass to result +${published} +\\d+\\.\\d\\d`, 'm'));
  expect(stdout).toContain(`deadline   0.001 ms: ${published} of ${published} missed (100.0 %)`);
  expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('a recording that was cut off is measured up to the cut, and that is said', async () => {
  const whole = await readFile(results);
  const cut = join(rig.dir, 'cut.mcap');
  await writeFile(cut, whole.subarray(0, whole.length >> 1));
  const { code, stdout, stderr } = await windshield(['latency', cut, '--json']).finished;
  expect(code).toBe(0);
  expect(stderr).toMatch(/^.*cut\.mcap: the recording was cut off: read up to the cut, .*\n$/);
  expect(JSON.parse(stdout).recording.isComplete).toBe(false);
});

test.each([
  ['a drive', () => [rig.drivePath], 'ERR_RECORDING'],
  ['nothing', () => ['/no/results.mcap'], 'ERR_SOURCE_MISSING'],
  ['a deadline of nothing', () => [results, '--deadline-ms', '0'], 'ERR_USAGE'],
  ['a page where none can be', () => [results, '--html', '/no/r.html'], 'ERR_OUTPUT'],
])('%s is one line and exit code 2', async (_, args, code) => {
  const finished = await windshield(['latency', ...args()]).finished;
  expect(finished).toMatchObject({ code: 2, stdout: '' });
  expect(finished.stderr).toMatch(new RegExp(`^windshield: .* \\(${code}\\)\n$`));
});

test('--max gives a verdict: exit code 1 where a percentile is higher', async () => {
  const slow = await windshield(['latency', results, '--max', 'p99=1us']).finished;
  expect(slow.code).toBe(1);
  expect(slow.stderr).toMatch(/NOT MET: p99 [\d.]+, expected at most 0\.001/);
  const fine = await windshield(['latency', results, '--max', 'p99=600s', '--max', 'unaccounted=0'])
    .finished;
  expect(fine.code).toBe(0);
});
