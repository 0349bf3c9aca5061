import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetSummary } from '../../tools/fleet/fleet-account.js';
import { windshield, withoutProgress } from '../support/command-line.js';
import { makeTinyFleet, poisoned, type TinyFleet } from '../support/tiny-fleet.js';

let fleet: TinyFleet;
let drives: string;
beforeAll(async () => {
  fleet = await makeTinyFleet(['a', 'b', 'c']);
  drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/?.mcap' }] });
});
afterAll(() => fleet.rig.remove());

const outOf = (name: string) => join(fleet.rig.dir, name);

async function run(out: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const command = [...fleet.runArgs(drives, outOf(out)), '--json'];
  const ended = await windshield([...command, ...args], env).finished;
  const summary: FleetSummary | undefined =
    ended.stdout === '' ? undefined : JSON.parse(ended.stdout);
  return { ...ended, summary };
}

describe('windshield fleet run', () => {
  test('does every drive once, and nothing that is done already', async () => {
    const first = await run('whole');
    expect(withoutProgress(first.stderr)).toBe('');
    expect(first).toMatchObject({ code: 0, summary: { units: 3, done: 3, failed: 0, frames: 21 } });
    const again = await run('whole');
    expect(again.summary).toMatchObject({ units: 3, done: 3, alreadyDone: 3, frames: 0 });
  });

  test('judges by limits without a reference, and refuses what only a comparison can use', async () => {
    const html = outOf('judged.html');
    const judged = await windshield([
      ...fleet.runArgs(drives, outOf('judged')),
      ...['--min', 'failed=1', '--html', html],
    ]).finished;
    expect(judged.stdout).toMatch(/^verdict +FAILED/);
    expect(judged.code, judged.stderr).toBe(1);
    expect(await readFile(html, 'utf8')).toContain('<h1>Fleet: failed</h1>');
    const refused = await run('judged', ['--reference-run', 'abc']);
    expect(refused.stderr).toMatch(/--verify with --reference-run.*\(ERR_USAGE\)\n$/);
    expect(refused.code).toBe(2);
    const shared = await run('judged', ['--shard', '0/2', '--min', 'failed=1']);
    expect(shared.stderr).toMatch(/--min without --shard.*\(ERR_USAGE\)\n$/);
  });

  test('gives the same bytes in shards as at once, and goes on after a worker was killed', async () => {
    const killed = windshield(
      [...fleet.runArgs(drives, outOf('parts')), '-j', '1'],
      poisoned(outOf('began')),
    );
    await waitForText(outOf('began'), 'b');
    killed.child.kill('SIGKILL');
    await killed.finished;
    const shards = await Promise.all([
      run('parts', ['--shard', '0/2']),
      run('parts', ['--shard', '/2'], { JOB_COMPLETION_INDEX: '1' }),
    ]);
    expect(shards.map(({ summary }) => [summary?.units, summary?.done])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    await run('whole');
    const [parts, whole] = [
      await fleet.resultsIn(outOf('parts')),
      await fleet.resultsIn(outOf('whole')),
    ];
    expect([...parts.keys()]).toEqual([...whole.keys()]);
    expect(whole.size).toBe(6);
    for (const [name, bytes] of whole) expect(bytes.equals(parts.get(name)!), name).toBe(true);
  });

  test('sets aside what crashes, hangs, eats memory or is no drive, tried as often as is said, by name', async () => {
    const poison = await makeTinyFleet(['crash', 'good', 'hang', 'memory']);
    await writeFile(join(poison.drivesDir, 'other.mcap'), 'no recording');
    // What takes longest first: the others end beside it.
    const names = ['hang', 'memory', 'crash', 'good', 'other'];
    const path = await poison.writeDrives('drives.yaml', {
      drives: names.map((name) => ({ path: `drives/${name}.mcap` })),
    });
    const log = join(poison.rig.dir, 'began');
    const args = poison.runArgs(path, join(poison.rig.dir, 'out'));
    const limits = ['--tries', '2', '--hang-bound', '12', '--memory', '700', '-j', '2'];
    const { code, stdout } = await windshield([...args, ...limits, '--json'], poisoned(log))
      .finished;
    const summary: FleetSummary = JSON.parse(stdout);
    expect(summary).toMatchObject({ units: 5, done: 1, failed: 4, left: 0 });
    expect(summary.failures).toMatchObject([
      { name: 'crash', kind: 'crash', tries: 2 },
      { name: 'hang', kind: 'hang', reason: 'no frame for 12 s', tries: 2 },
      { name: 'memory', kind: 'memory', tries: 2 },
      { name: 'other', kind: 'input', tries: 1 },
    ]);
    expect(summary.failures[3]!.reason).toMatch(/other\.mcap.*\(ERR_RECORDING\)$/);
    expect(code).toBe(1);
    const began = (await readFile(log, 'utf8')).trim().split('\n').sort();
    expect(began).toEqual(['crash', 'crash', 'good', 'hang', 'hang', 'memory', 'memory', 'other']);
    // What was set aside is left alone until somebody says otherwise.
    await rm(log);
    const again = await windshield([...args, '--json'], poisoned(log)).finished;
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ done: 1, alreadyDone: 1, failed: 4 });
    await expect(readFile(log)).rejects.toThrow('ENOENT');
    const cured = await windshield([...args, '--json', '--retry-failed']).finished;
    expect(JSON.parse(cured.stdout)).toMatchObject({ done: 4, failed: 1 });
    await poison.rig.remove();
  });

  test('refuses a list with a hole and a share that there is not, in one line each', async () => {
    const good = drives;
    drives = await fleet.writeDrives('bad.yaml', { drives: [{ path: 'drives/a.mcap' }, null] });
    const list = await run('bad');
    expect(list.code).toBe(2);
    expect(list.stderr).toMatch(/^windshield: .*bad\.yaml:3: drives\[1\]: .* \(ERR_CONFIG\)\n$/);
    drives = good;
    const shard = await run('bad', ['--shard', '3/3']);
    expect(shard.code).toBe(2);
    expect(shard.stderr).toMatch(/index below its count, found 3\/3 \(ERR_USAGE\)/);
  });

  test('a drive that is not there is one failed unit, not the end of the fleet', async () => {
    const good = drives;
    drives = await fleet.writeDrives('gone.yaml', {
      drives: [{ path: 'drives/a.mcap' }, { path: 'drives/gone.mcap' }],
    });
    const { code, summary } = await run('gone');
    drives = good;
    expect(code).toBe(1);
    expect(summary).toMatchObject({ units: 2, done: 1, failed: 1 });
    expect(summary!.failures[0]).toMatchObject({ name: 'gone', kind: 'input' });
  });

  test.each([
    ['Ctrl-C', 'SIGINT', 0],
    // An engine takes its machine back by this one, and takes code 0 for a share that is done.
    ['an engine', 'SIGTERM', 143],
  ] as const)('%s ends the fleet in order, and what is left is said', async (_, signal, code) => {
    const log = outOf(`began-${signal}`);
    const path = await fleet.writeDrives('hang.yaml', {
      drives: [{ path: 'drives/a.mcap', name: 'hang' }],
    });
    const running = windshield([...fleet.runArgs(path, outOf(signal)), '--json'], poisoned(log));
    await waitForText(log, 'hang');
    running.child.kill(signal);
    const ended = await running.finished;
    expect(ended.code).toBe(code);
    expect(JSON.parse(ended.stdout)).toMatchObject({ units: 1, done: 0, failed: 0, left: 1 });
  });
});

/** Resolves when a file that another process writes holds a line. */
async function waitForText(path: string, line: string): Promise<void> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.split('\n').includes(line)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
