import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeChoice, fastestCandidate } from '../../src/pipeline/bundle-choice.js';
import { measurePlan } from '../../src/pipeline/measure-plan.js';
import { runPipeline } from '../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import type { PipelineOptions } from '../../src/pipeline/pipeline-options.js';
import { writeSlowSteering } from '../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const candidate = (bundleDir: string, ms: number | null) => ({ bundleDir, ms });

test('the first candidate runs unless a later one is faster by a tenth', () => {
  expect(fastestCandidate([candidate('a', 10), candidate('b', 9.5)])?.bundleDir).toBe('a');
  expect(fastestCandidate([candidate('a', 10), candidate('b', 8)])?.bundleDir).toBe('b');
  expect(fastestCandidate([candidate('a', null), candidate('b', 99)])?.bundleDir).toBe('b');
  expect(fastestCandidate([candidate('a', null)])).toBeUndefined();
});

describe('a stage with two bundles', () => {
  let rig: TinyRig;
  let quick: string;
  let slow: string;
  let broken: string;

  beforeAll(async () => {
    rig = await makeTinyRig(4, 40);
    quick = rig.bundleDirs.steering;
    slow = join(rig.dir, 'slow');
    broken = join(rig.dir, 'broken');
    await writeSlowSteering(slow);
    await writeSlowSteering(broken, 8);
    const golden = JSON.parse(await readFile(join(broken, 'golden.json'), 'utf8'));
    for (const output of Object.values(golden.outputs) as { values: number[] }[])
      output.values = output.values.map((value) => value + 1);
    await writeFile(join(broken, 'golden.json'), JSON.stringify(golden));
  });
  afterAll(() => rig.remove());

  async function options(
    name: string,
    steering: string[],
    more: Partial<PipelineOptions> = {},
  ): Promise<PipelineOptions> {
    const changes = { bundles: { steering }, lanes: [['steering']], publish: {} };
    const config = await loadPipelineFile(await rig.writePipeline(`${name}.yaml`, changes));
    return { config, source: rig.drivePath, pacing: 'realtime', ...more };
  }

  test('runs the one that was faster when measured, and the report says which and by how much', async () => {
    const notes: string[] = [];
    const note = (text: string) => notes.push(text);
    const { report } = await runPipeline(await options('live', [slow, quick], { note }));
    const [choice] = report.lanePlan.choices!;
    // Some two hundred times as much work; if the machine stood still while the quick one was measured, the choice is
    // still by what was measured.
    expect(choice).toMatchObject({
      task: 'steering',
      candidates: [{ bundleDir: slow }, { bundleDir: quick }],
    });
    for (const { ms } of choice!.candidates) expect(ms).toBeGreaterThan(0);
    const { bundleDir } = choice!;
    expect(bundleDir).toBe(fastestCandidate(choice!.candidates)!.bundleDir);
    expect(notes).toContain(`bundle chosen: ${describeChoice(choice!)}`);
    const manifest = JSON.parse(await readFile(join(bundleDir, 'manifest.json'), 'utf8'));
    expect(report.bundles[0]!.networkSha256).toBe(manifest.network.sha256);
  });

  test('runs the first-named in lock-step, whatever is faster here', async () => {
    const { report } = await runPipeline(
      await options('lockstep', [slow, quick], { pacing: 'lockstep' }),
    );
    const manifest = JSON.parse(await readFile(join(slow, 'manifest.json'), 'utf8'));
    expect(report.bundles[0]!.networkSha256).toBe(manifest.network.sha256);
    expect(report.lanePlan.choices).toBeUndefined();
  });

  test('takes the slower one where the faster one is not certified, and tells why', async () => {
    const { config, source } = await options('uncertified', [broken, slow]);
    const { choices, lanes } = await measurePlan(config, source);
    expect(choices![0]!.bundleDir).toBe(slow);
    expect(choices![0]!.candidates[0]).toMatchObject({
      ms: null,
      refusedBy: expect.stringContaining('golden outputs within'),
    });
    expect(lanes).toEqual([['steering']]);
  });

  test('of which none runs ends the start with what hinders the first', async () => {
    const nowhere = join(rig.dir, 'nowhere');
    await expect(runPipeline(await options('none', [broken, nowhere]))).rejects.toMatchObject({
      code: 'ERR_BUNDLE_UNCERTIFIED',
    });
  });
});
