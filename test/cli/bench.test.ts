import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchReport } from '../../tools/bench/bench-report.js';
import type { RigBenchReport } from '../../tools/bench/run-rig-bench.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

// Each of them is a dozen processes, one after the other.
const timeoutMs = 300_000;
const frameCount = 30;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
});
afterAll(() => rig.remove());

const bench = (...args: string[]) =>
  windshield(['bench', rig.pipelinePath, rig.drivePath, ...args]).finished;

const brief = ['--trial-seconds', '0.3', '--confirm-seconds', '0.5', '--lockstep-frames', '50'];

test(
  'prints one object with limit, peak, latency, memory, start and two equal lock-step runs',
  async () => {
    const { code, stdout, stderr } = await bench(
      ...brief,
      '--frames-total',
      '120',
      '--resolution',
      '0.5',
      '--starts',
      '1',
      '--json',
    );
    expect(stderr).not.toMatch(/ERR_/);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const report = JSON.parse(stdout) as BenchReport & { faults: string[] };
    expect(report.faults).toEqual([]);
    expect(report.input).toMatchObject({ widthPx: 128, heightPx: 96, nominalRateHz: 40 });
    expect(report.input.sha256).toMatch(/^[0-9a-f]{64}$/);
    // One red square is a sign in every frame.
    expect(report.input.signCropsPerFrame).toBe(1);
    expect(report.bundles.map(({ task }) => task).sort()).toEqual([
      'detection',
      'segmentation',
      'signs',
      'steering',
    ]);
    expect(report.machine.onnxruntime).toMatch(/^\d+\.\d+/);
    const { limit, peak, latency, memory, start, lockstep } = report;
    expect(limit!.lanes.map(({ stages }) => stages)).toEqual([
      ['steering', 'detection', 'signs'],
      ['segmentation'],
    ]);
    expect(Math.min(...limit!.lanes.map(({ rateHz }) => rateHz))).toBe(limit!.rateHz);
    // A stage or two may be overtaken where the machine stalls; no frame is lost for it.
    expect(peak!.closedLoop.frames.dropped).toBe(0);
    expect(peak!.closedLoop.frames.lossShare).toBeLessThan(0.05);
    expect(report.ratios.cpuToBareSessions ?? 2).toBeGreaterThan(1);
    expect(peak!.trials.length).toBeGreaterThan(1);
    expect(latency!.at30Hz.frames.in).toBe(
      latency!.at30Hz.frames.published + latency!.at30Hz.frames.dropped,
    );
    expect(latency!.at30Hz.stages['detection']!.inferenceMs.count).toBeGreaterThan(20);
    expect(memory!.growth!.rssBytesAtStart).toBeGreaterThan(20 * 2 ** 20);
    expect(start!.medianMs).toBeGreaterThan(100);
    expect(lockstep).toMatchObject({ isIdentical: true, isAccounted: true });
    expect(lockstep!.frames).toMatchObject({ in: 50, published: 50, dropped: 0, complete: 50 });
  },
  timeoutMs,
);

test(
  'shows a table, of the parts that were asked for',
  async () => {
    const { code, stdout } = await bench(...brief, '--only', 'lockstep', '--frames', 'ready');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /lock-step +50 in = 50 published \+ 0 dropped, twice: identical results/,
    );
    expect(stdout).not.toMatch(/^limit/m);
  },
  timeoutMs,
);

test(
  'starts without touching what a run of this pipeline file recorded',
  async () => {
    const recorded = `${rig.dir}/recorded.mcap`;
    const path = await rig.writePipeline('recording.yaml', { record: 'recorded.mcap' });
    const run = await windshield(['replay', rig.drivePath, '-p', path, '--lockstep']).finished;
    expect(run.code, run.stderr).toBe(0);
    const before = readFileSync(recorded);
    const args = ['bench', path, rig.drivePath, '--only', 'start', '--starts', '1'];
    const { code, stderr } = await windshield(args).finished;
    expect(code, stderr).toBe(0);
    expect(readFileSync(recorded).equals(before)).toBe(true);
    expect(readdirSync(rig.dir).filter((name) => name.startsWith('recorded'))).toEqual([
      'recorded.mcap',
    ]);
  },
  timeoutMs,
);

test(
  'refuses what it does not know, and a drive that is not there, with exit code 2',
  async () => {
    expect((await bench('--only', 'speed')).code).toBe(2);
    const missing = await windshield(['bench', rig.pipelinePath, `${rig.dir}/none.mcap`]).finished;
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/ERR_SOURCE_MISSING/);
  },
  timeoutMs,
);

test(
  'measures a rig with all of its cameras at work, and refuses what is of one camera',
  async () => {
    const cameras = {
      front: { source: 'drive.mcap' },
      rear: { source: 'drive.mcap', stages: ['detection', 'signs'] },
    };
    const path = await rig.writePipeline('rig.yaml', { source: undefined, publish: {}, cameras });
    const args = ['bench', path, ...brief, '--resolution', '4', '--json'];
    const { code, stdout, stderr } = await windshield(args).finished;
    expect(stderr).not.toMatch(/ERR_/);
    const { cameras: seen, peak, lockstep }: RigBenchReport = JSON.parse(stdout);
    expect(Object.keys(seen)).toEqual(['front', 'rear']);
    expect(peak!.trials.length).toBeGreaterThan(0);
    if (peak!.confirmed !== null) {
      expect(peak!.confirmed['front']!.rateHz).toBeCloseTo(40 * peak!.pace!, 3);
      expect(Object.keys(peak!.confirmed['rear']!.stages).sort()).toEqual(['detection', 'signs']);
    }
    expect(lockstep!.isIdentical).toBe(true);
    for (const name of ['front', 'rear'])
      expect(lockstep!.frames[name]).toMatchObject({ in: 50, published: 50, dropped: 0 });
    expect(code).toBe(0);
    const refused = await windshield(['bench', path, '--only', 'memory']).finished;
    expect(refused.stderr).toMatch(/peak and lockstep, not memory.*--camera/);
    expect(refused.code).toBe(2);
  },
  timeoutMs,
);
