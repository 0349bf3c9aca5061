import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type Running, start, windshield } from '../support/command-line.js';
import { makeTinyFleet, poisoned, type TinyFleet } from '../support/tiny-fleet.js';

const hasNats = (() => {
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let fleet: TinyFleet;
let server: Running;
let url: string;
beforeAll(async () => {
  if (!hasNats) return;
  fleet = await makeTinyFleet(['a', 'b', 'c', 'crash']);
  const port = await freePort();
  url = `nats://127.0.0.1:${port}`;
  const store = join(fleet.rig.dir, 'nats');
  server = start('nats-server', ['-js', '-a', '127.0.0.1', '-p', `${port}`, '-sd', store]);
  await server.seen('Server is ready');
});
afterAll(async () => {
  if (!hasNats) return;
  server.child.kill();
  await server.finished;
  await fleet.rig.remove();
});

// Skipped where Debian's nats-server is not installed.
test.skipIf(!hasNats)(
  'workers on a queue share the units; what a killed one had goes to another, and nothing is done twice',
  async () => {
    const drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/*.mcap' }] });
    const out = join(fleet.rig.dir, 'out');
    const args = [...fleet.runArgs(drives, out), '--json'];
    const queued = [...args, '--queue', url, '--lease', '2', '-j', '1'];
    const log = join(fleet.rig.dir, 'began');
    const first = windshield(queued, poisoned(log));
    while (!(await readFile(log, 'utf8').catch(() => '')).includes('b'))
      await new Promise((done) => setTimeout(done, 20));
    first.child.kill('SIGKILL');
    await first.finished;
    const others = [windshield(queued, poisoned(log)), windshield(queued, poisoned(log))];
    const ended = await Promise.all(others.map(({ finished }) => finished));
    const summaries = ended.map(({ stdout }) => JSON.parse(stdout));
    const sum = (key: 'done' | 'failed' | 'units') =>
      summaries.reduce((total, one) => total + one[key], 0);
    // The first worker did `a`; all others came to the two that followed, `b` once more.
    expect(sum('done')).toBe(2);
    expect(sum('failed')).toBe(1);
    expect(sum('units')).toBe(3);
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 1]);
    const began = (await readFile(log, 'utf8')).trim().split('\n').sort();
    expect(began).toEqual(['a', 'b', 'b', 'c', 'crash', 'crash']);
    // What was set aside is told where others can hear of it.
    const { connect } = await import('@nats-io/transport-node');
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    const streams = await manager.streams.list().next();
    const dead = streams.find(({ config }) => config.name.endsWith('-dead'))!;
    const letter = await manager.streams.getMessage(dead.config.name, { seq: 1 });
    expect(letter!.json()).toMatchObject({
      name: 'crash',
      reason: expect.stringMatching(/^ended by SIGABRT/),
    });
    expect(streams.find(({ config }) => /-[0-9a-f]+$/.test(config.name))!.state.messages).toBe(0);
    await connection.close();
    // The same as without a queue.
    const plain = join(fleet.rig.dir, 'plain');
    const whole = await fleet.writeDrives('whole.yaml', { drives: [{ path: 'drives/?.mcap' }] });
    await windshield(fleet.runArgs(whole, plain)).finished;
    const [here, there] = [await fleet.resultsIn(out), await fleet.resultsIn(plain)];
    expect(here.size).toBe(6);
    expect(there.size).toBe(6);
    for (const [name, bytes] of there) expect(bytes.equals(here.get(name)!), name).toBe(true);
  },
);

test.skipIf(!hasNats)(
  'an empty queue hides nothing: other drives, other results and what was set aside are put in again',
  async () => {
    const at = (name: string) => join(fleet.rig.dir, name);
    // Another pipeline than the other tests': a queue of its own.
    const pipeline = await fleet.rig.writePipeline('again.yaml', { allowUncertified: true });
    const work = async (paths: string[], out: string, ...more: string[]) => {
      const drives = await fleet.writeDrives('again-drives.yaml', {
        drives: paths.map((path) => ({ path: `drives/${path}.mcap` })),
      });
      const args = ['fleet', 'run', drives, '-p', pipeline, '-o', at(out), '--json'];
      const queued = [...args, '--queue', url, '-j', '1', ...more];
      const { stdout, stderr } = await windshield(queued, poisoned(at('again-log'))).finished;
      expect(stderr).not.toMatch(/ERR_/);
      const { done, failed, alreadyDone } = JSON.parse(stdout);
      return { new: done - alreadyDone, failed };
    };
    expect(await work(['a', 'crash'], 'first')).toEqual({ new: 1, failed: 1 });
    expect(await work(['a', 'crash'], 'first')).toEqual({ new: 0, failed: 0 });
    expect(await work(['b'], 'first')).toEqual({ new: 1, failed: 0 });
    expect(await work(['a', 'b'], 'second')).toEqual({ new: 2, failed: 0 });
    expect(await work(['a', 'crash'], 'first', '--retry-failed', '--tries', '1')).toEqual({
      new: 0,
      failed: 1,
    });
  },
);

test.skipIf(!hasNats)('a server that is not there is said in one line', async () => {
  const drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/a.mcap' }] });
  const out = join(fleet.rig.dir, 'none');
  const args = [...fleet.runArgs(drives, out), '--queue', 'nats://127.0.0.1:1'];
  const { code, stderr } = await windshield(args).finished;
  expect(stderr).toMatch(
    /^windshield: nats:\/\/127\.0\.0\.1:1: expected a NATS server with JetStream, found .*\(ERR_SOURCE_LOST\)\n$/,
  );
  expect(code).toBe(2);
});
