import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetVerdict } from '../../tools/fleet/merge/fleet-verdict.js';
import { windshield } from '../support/command-line.js';
import { writeTinyDrive } from '../support/tiny-drive.js';
import { makeTinyFleet, type TinyFleet } from '../support/tiny-fleet.js';

/** The tiny drive shows its car from the seventh frame on: in this one it is never seen. */
const untouched = ['calm'];
const planted = ['planted-1', 'planted-2'];
let fleet: TinyFleet;
let drives: string;
let changed: string;
beforeAll(async () => {
  fleet = await makeTinyFleet(untouched, 3);
  for (const [place, name] of planted.entries())
    await writeTinyDrive(join(fleet.drivesDir, `${name}.mcap`), 14 + place);
  drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/*.mcap' }] });
  const bundle = join(fleet.rig.dir, 'models', 'changed');
  await cp(fleet.rig.bundleDirs.detection, bundle, { recursive: true });
  const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'));
  manifest.decode.classes = ['truck', 'traffic_sign'];
  await writeFile(join(bundle, 'manifest.json'), JSON.stringify(manifest));
  const bundles = { ...fleet.rig.bundleDirs, detection: bundle };
  changed = await fleet.rig.writePipeline('changed.yaml', { bundles });
});
afterAll(() => fleet.rig.remove());

const at = (name: string) => join(fleet.rig.dir, name);
const run = (pipeline: string, out: string, ...args: string[]) =>
  windshield(['fleet', 'run', drives, '-p', pipeline, '-o', at(out), ...args]).finished;
const merge = (out: string, ...args: string[]) =>
  windshield(['fleet', 'merge', at(out), ...args]).finished;

describe('windshield fleet merge', () => {
  test('finds a planted regression in exactly the drives that have it, worst first, with links', async () => {
    expect(await run(fleet.rig.pipelinePath, 'before')).toMatchObject({ code: 0 });
    const rules = at('rules.yaml');
    await writeFile(rules, 'allow:\n  - kind: manifest\n');
    const [html, junit] = [at('fleet.html'), at('fleet.xml')];
    const args = ['--verify', at('before'), '--rules', rules, '--html', html, '--junit', junit];
    const ended = await run(changed, 'after', ...args);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^verdict +FAILED: 2 of 3 drives differ, 1 in what is allowed$/m);
    const { stdout } = await merge('after', '--verify', at('before'), '--rules', rules, '--json');
    const verdict: FleetVerdict = JSON.parse(stdout);
    const worst = verdict.drives.filter(({ severity }) => severity > 0);
    expect(worst.map(({ name }) => name).sort()).toEqual(planted);
    expect(verdict.drives.slice(0, 2)).toEqual(worst);
    expect(worst[0]!.findings.map(({ words }) => words)).toContainEqual(
      expect.stringMatching(/^what was called car is now truck/),
    );
    expect(verdict.common).toContainEqual(
      expect.objectContaining({ kind: 'manifest', drives: 3, isAllowed: true }),
    );
    expect(verdict.units).toMatchObject({ asked: 3, done: 3, compared: 3, identical: 0 });
    const page = await readFile(html, 'utf8');
    expect(page).toMatch(/href="http:\/\/127\.0\.0\.1:5580\/#at=0\.\d\d"/);
    expect(page).toContain(`windshield view ${fleet.drivesDir}/planted-`);
    expect(page).not.toMatch(/<script|src="http/);
    expect(await readFile(junit, 'utf8')).toMatch(/tests="4" failures="2">/);
  });

  test('passes a run against itself by its hashes, and says which unit is missing', async () => {
    const same = await merge('before', '--verify', at('before'));
    expect(same).toMatchObject({ code: 0 });
    expect(same.stdout).toMatch(/^compared +3, 3 the same byte for byte$/m);
    await cp(at('before'), at('holey'), { recursive: true });
    const verdict: FleetVerdict = JSON.parse((await merge('holey', '--json')).stdout);
    const manifest = await manifestIn(at('holey'), verdict.candidate.run);
    await rm(join(at('holey'), 'units', manifest.get('calm')!, 'unit.json'));
    const holey = await merge('holey', '--verify', at('before'));
    expect(holey.code).toBe(1);
    expect(holey.stdout).toContain('calm: no results, and no reason');
    const tolerant = await merge('holey', '--max', 'missing=0');
    expect(tolerant.stdout).toMatch(/^limit +NOT MET: missing 1, expected at most 0$/m);
  });

  test('names the drive whose results are damaged, and judges the others', async () => {
    await cp(at('after'), at('torn'), { recursive: true });
    const [name] = planted;
    const { candidate } = JSON.parse((await merge('torn', '--json')).stdout) as FleetVerdict;
    const unit = (await manifestIn(at('torn'), candidate.run)).get(name!)!;
    await writeFile(join(at('torn'), 'units', unit, 'results.mcap'), 'no results');
    const { code, stdout } = await merge('torn', '--verify', at('before'), '--json');
    expect(code).toBe(1);
    const verdict: FleetVerdict = JSON.parse(stdout);
    expect(verdict.units).toMatchObject({ asked: 3, done: 2, failed: 1, missing: 0, compared: 2 });
    expect(verdict.failures).toEqual([
      {
        ...{ name, kind: 'input', failedBefore: false },
        reason: expect.stringMatching(/^expected an MCAP recording, .*\(ERR_RECORDING\)$/),
      },
    ]);
    expect(verdict.drives[0]!.name).toBe(planted[1]);
  });

  test('refuses results whose list of units is damaged: what stood in it would be missing in silence', async () => {
    await cp(at('before'), at('damaged'), { recursive: true });
    const runs = join(at('damaged'), 'runs');
    const [run] = await readdir(runs);
    const [list] = await readdir(join(runs, run!));
    const more = join(runs, run!, '0123456789abcdef.json');
    await writeFile(more, (await readFile(join(runs, run!, list!))).subarray(0, 100));
    const { code, stderr } = await merge('damaged');
    expect(stderr).toMatch(
      /0123456789abcdef\.json: expected a list of the run's units, found something else; .*\(ERR_RECORDING\)\n$/,
    );
    expect(code).toBe(2);
  });

  test('results of another build among ours are told apart by name, and one run is asked for', async () => {
    await cp(at('before'), at('mixed'), { recursive: true });
    await cp(at('after'), at('mixed'), { recursive: true });
    const refused = await merge('mixed');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /expected the results of one run, found those of 2: .*--run \(ERR_CONFIG\)\n$/,
    );
    const [, key] = /found those of 2: (\w+) /.exec(refused.stderr)!;
    const chosen = await merge('mixed', '--run', key!);
    expect(chosen.code).toBe(0);
    expect(chosen.stdout).toMatch(/^set apart +run \w+ \(windshield .*\): 3 units$/m);
    // What lies under a name that is not its own is no result of ours.
    await mkdir(join(at('mixed'), 'units', 'other'), { recursive: true });
    expect((await merge('empty')).stderr).toMatch(/expected the results of a run, found none/);
  });
});

/** Key by unit name. */
async function manifestIn(out: string, run: string): Promise<Map<string, string>> {
  const folder = join(out, 'runs', run);
  const [name] = await readdir(folder);
  return new Map(JSON.parse(await readFile(join(folder, name!), 'utf8')).units);
}
