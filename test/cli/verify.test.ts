import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RigVerdict } from '../../tools/verdict/rig-verdict.js';
import type { Verdict } from '../../tools/verdict/verdict.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let reference: string;
beforeAll(async () => {
  rig = await makeTinyRig(20, 40);
  reference = join(rig.dir, 'reference.mcap');
  const made = await verify(rig.pipelinePath, '--update').finished;
  expect(made).toMatchObject({ code: 0, stdout: `${reference}: the reference is renewed\n` });
});
afterAll(() => rig.remove());

const verify = (pipeline: string, ...args: string[]) =>
  windshield(['verify', rig.drivePath, '--reference', reference, '-p', pipeline, ...args]);

/** A pipeline file whose detector bundle has another manifest. */
async function pipelineWith(name: string, edit: (decode: Record<string, unknown>) => void) {
  const bundle = join(rig.dir, 'models', name);
  await cp(rig.bundleDirs.detection, bundle, { recursive: true });
  const path = join(bundle, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  edit(manifest.decode);
  await writeFile(path, JSON.stringify(manifest));
  const bundles = { ...rig.bundleDirs, detection: bundle };
  return rig.writePipeline(`${name}.yaml`, { bundles });
}

describe('windshield verify', () => {
  test('passes where nothing changed, with the same bytes', async () => {
    const { code, stdout } = await verify(rig.pipelinePath).finished;
    expect(stdout).toMatch(/^verdict {4}passed: no difference that counts$/m);
    expect(stdout).toMatch(/^frames {5}20 compared, 20 the same byte for byte$/m);
    expect(code).toBe(0);
  });

  test('fails where a setting changed, says which, and what came of it', async () => {
    const swapped = await pipelineWith('swapped', (decode) => {
      decode['classes'] = ['traffic_sign', 'car'];
    });
    const html = join(rig.dir, 'report.html');
    const junit = join(rig.dir, 'report.xml');
    const args = ['--json', '--html', html, '--junit', junit];
    const { code, stdout } = await verify(swapped, ...args).finished;
    const verdict: Verdict = JSON.parse(stdout);
    const words = verdict.findings.map((finding) => finding.words);
    expect(words).toContain('detection calls class 0 traffic sign, car before');
    expect(words).toContainEqual(expect.stringMatching(/^what was called traffic sign is now car/));
    expect(code).toBe(1);
    const page = await readFile(html, 'utf8');
    expect(page).toContain('what was called traffic sign is now car');
    expect(page).toContain('data:image/jpeg;base64,');
    expect(page).not.toMatch(/(src|href)="(https?:|\/)/);
    expect(await readFile(junit, 'utf8')).toMatch(/<testsuite .* failures="[1-9]\d*">/);
  });

  test('passes what the rules allow', async () => {
    const looser = await pipelineWith('looser', (decode) => {
      decode['nmsIou'] = 0.6;
    });
    const rules = join(rig.dir, 'rules.yaml');
    await writeFile(rules, 'allow:\n  - kind: manifest\n');
    const { code, stdout } = await verify(looser, '--rules', rules).finished;
    expect(stdout).toContain('detection: NMS threshold (IoU) is 0.6, 0.45 before (allowed)');
    expect(code).toBe(0);
    await writeFile(rules, 'allow:\n  - kind: manifests\n');
    const refused = await verify(looser, '--rules', rules).finished;
    expect(refused.stderr).toMatch(/rules\.yaml: allow\.0\.kind: .*\(ERR_CONFIG\)\n$/);
    expect(refused.code).toBe(2);
  });

  test('makes no reference unless it is told to', async () => {
    const missing = join(rig.dir, 'missing.mcap');
    const args = ['verify', rig.drivePath, '--reference', missing, '-p', rig.pipelinePath];
    const { code, stderr } = await windshield(args).finished;
    expect(stderr).toContain('there is no reference');
    expect(code).toBe(2);
    expect(existsSync(missing)).toBe(false);
  });
});

test('windshield diff refuses what is no recording of results', async () => {
  const { code, stderr } = await windshield(['diff', reference, rig.drivePath]).finished;
  expect(stderr).toMatch(/expected results, .* found topics camera\/.* \(ERR_RECORDING\)\n$/);
  expect(code).toBe(2);
});

describe('windshield verify of a rig', () => {
  const cameras = {
    front: { source: 'drive.mcap' },
    rear: { source: 'drive.mcap', stages: ['detection', 'signs'] },
  };
  const rigReference = () => join(rig.dir, 'rig.mcap');
  const verifyRig = (pipeline: string, ...args: string[]) =>
    windshield(['verify', '--reference', rigReference(), '-p', pipeline, ...args]);
  const pipelineOf = (name: string, changes: object = {}) =>
    rig.writePipeline(`${name}.yaml`, { source: undefined, publish: {}, cameras, ...changes });

  beforeAll(async () => {
    const made = await verifyRig(await pipelineOf('rig'), '--update').finished;
    expect(made).toMatchObject({ code: 0, stderr: '' });
  });

  test('passes where nothing changed on any of its cameras', async () => {
    const { code, stdout, stderr } = await verifyRig(await pipelineOf('rig')).finished;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^rig {8}passed: no difference that counts on front, rear$/m);
    const same = stdout.match(/^frames {5}20 compared, 20 the same byte for byte$/gm);
    expect(same).toHaveLength(2);
    expect(code).toBe(0);
  });

  test('says on which camera something changed, in the text, on the page and for a build server', async () => {
    const bundle = join(rig.dir, 'models', 'rear');
    await cp(rig.bundleDirs.detection, bundle, { recursive: true });
    const path = join(bundle, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    manifest.decode.classes = ['traffic_sign', 'car'];
    await writeFile(path, JSON.stringify(manifest));
    const changed = await pipelineOf('rear', {
      cameras: { ...cameras, rear: { ...cameras.rear, bundles: { detection: bundle } } },
    });
    const [html, junit] = [join(rig.dir, 'rig.html'), join(rig.dir, 'rig.xml')];
    const args = ['--json', '--html', html, '--junit', junit];
    const { code, stdout } = await verifyRig(changed, ...args).finished;
    const verdict: RigVerdict = JSON.parse(stdout);
    expect(new Set(verdict.findings.map(({ camera }) => camera))).toEqual(new Set(['rear']));
    expect(verdict.findings.map(({ words }) => words)).toContain(
      'rear: detection calls class 0 traffic sign, car before',
    );
    expect(verdict.cameras['front']).toMatchObject({ passed: true, findings: [] });
    expect(verdict.passed).toBe(false);
    expect(code).toBe(1);
    const page = await readFile(html, 'utf8');
    expect(page).toContain('Camera front: passed');
    expect(page).toContain('Camera rear: failed');
    expect(page).toContain('data:image/jpeg;base64,');
    expect(await readFile(junit, 'utf8')).toContain('classname="windshield.verify.rear"');
  });

  test('fails where a camera is missing, and compares no rig with a single camera', async () => {
    const { rear: _, ...rest } = cameras;
    const { code, stdout } = await verifyRig(await pipelineOf('front', { cameras: rest })).finished;
    expect(stdout).toContain('camera rear has no results any more');
    expect(code).toBe(1);
    const single = await windshield(['diff', reference, rigReference()]).finished;
    expect(single.stderr).toMatch(/expected results of one camera.*the cameras front, rear/);
    expect(single.code).toBe(2);
  });
});
