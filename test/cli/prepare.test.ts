import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describe as describeBundle } from '../../cli/prepare.js';
import { engineMachine } from '../../src/inference/engine-cache.js';
import { stateOf } from '../../src/pipeline/prepare-engines.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(3);
});
afterAll(() => rig.remove());

const prepare = (...args: string[]) =>
  windshield(['prepare', ...args], { WINDSHIELD_ENGINE_CACHE: join(rig.dir, 'engines') }).finished;

test('for the CPU there is nothing to prepare, and nothing is opened', async () => {
  const path = await rig.writePipeline('cpu.yaml', { source: 'camera:/dev/video99' });
  const { code, stdout } = await prepare(path);
  expect(stdout).toContain('nothing to prepare: only tensorrt builds engines');
  expect(stdout).toContain('providers: [cpu]');
  expect(code).toBe(0);
  expect(JSON.parse((await prepare(path, '--json')).stdout)).toMatchObject({ bundles: [] });
});

// With TensorRT on the machine the bundles would be built, not refused.
test.skipIf(engineMachine() !== undefined)(
  'where TensorRT does not run, each bundle is named with the reason, and the exit code is 1',
  async () => {
    const path = await rig.writePipeline('gpu.yaml', { providers: ['tensorrt', 'cpu'] });
    const { code, stdout, stderr } = await prepare(path, '--json');
    const { folder, bundles } = JSON.parse(stdout);
    expect(bundles.map(({ task }: { task: string }) => task).sort()).toEqual(
      ['detection', 'segmentation', 'signs', 'steering'].sort(),
    );
    for (const bundle of bundles) {
      expect(bundle).toMatchObject({ state: 'refused', engines: 0 });
      expect(bundle.reason).toContain('tensorrt');
      expect(stderr).toContain(`${bundle.task}: `);
    }
    expect(existsSync(folder)).toBe(false);
    expect(code).toBe(1);
  },
);

test.skipIf(engineMachine() !== undefined)('of several cameras, each is prepared', async () => {
  const bundles = { detection: 'models/detection' };
  const cameras = { left: { source: 'drive.mcap' }, right: { source: 'drive.mcap' } };
  const several = { source: undefined, lanes: [['detection']], bundles, cameras };
  const path = await rig.writePipeline('two.yaml', { ...several, providers: ['tensorrt'] });
  const { stdout, stderr } = await prepare(path, '--json');
  expect(JSON.parse(stdout).bundles).toHaveLength(2);
  for (const name of ['left', 'right']) expect(stderr).toContain(`${name}: detection: `);
});

test('a pipeline without a source, or that is not there, is wrong input', async () => {
  const path = await rig.writePipeline('none.yaml', { providers: ['tensorrt'], source: undefined });
  expect((await prepare(path)).code).toBe(2);
  expect((await prepare(join(rig.dir, 'missing.yaml'))).code).toBe(2);
});

test.skipIf(engineMachine() !== undefined)(
  'a bundle that ran and left no engine is not called found',
  async () => {
    const { steering } = rig.bundleDirs;
    expect([await stateOf(steering, 1), await stateOf(steering, 0)]).toEqual(['built', 'unkept']);
  },
);

test('a line says what was built or found', () => {
  const bundle = { task: 'signs', bundleDir: '/m/signs', engines: 1, seconds: 84.24 } as const;
  expect(describeBundle({ ...bundle, state: 'built' })).toMatch(
    /^signs +built .*1 engine, 84\.2 s$/,
  );
  expect(describeBundle({ ...bundle, state: 'unkept' })).toContain('keeps no engines');
  expect(describeBundle({ ...bundle, engines: 0, state: 'found' })).toMatch(/found .* 84\.2 s$/);
});
