import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openServiceManager } from '../../src/supervise/service-manager.js';

let dir: string;
let program: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-notify-'));
  program = join(dir, 'notify');
  await writeFile(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> '${dir}/told'\n`);
  await chmod(program, 0o755);
});
afterEach(() => rm(dir, { recursive: true }));

/** A process may be long in coming on a busy machine. */
const patience = { timeout: 30_000 };
const told = () => readFile(join(dir, 'told'), 'utf8').catch(() => '');

test('systemd hears that results flow, of faults, of the end, and signs of life in between', async () => {
  vi.stubEnv('NOTIFY_SOCKET', '/run/notify');
  const manager = openServiceManager(
    { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '100000' },
    program,
  );
  manager.ready();
  manager.status('epoch 1 since SIGSEGV');
  await vi.waitFor(
    async () => expect((await told()).split('WATCHDOG=1').length).toBeGreaterThan(3),
    patience,
  );
  manager.stopping();
  await vi.waitFor(async () => expect(await told()).toContain('STOPPING=1'), patience);
  manager.close();
  vi.unstubAllEnvs();
  const lines = await told();
  expect(lines).toContain('/run/notify --ready --status=results flow\n');
  expect(lines).toContain('/run/notify --status=epoch 1 since SIGSEGV\n');
});

test('nobody is told where no service manager listens, and a missing program is no fault', async () => {
  openServiceManager({}, program).ready();
  openServiceManager({ NOTIFY_SOCKET: '/run/notify' }, join(dir, 'missing')).ready();
  openServiceManager({ NOTIFY_SOCKET: '/run/notify' }, program).status('a later word');
  await vi.waitFor(async () => expect(await told()).not.toBe(''), patience);
  expect(await told()).toMatch(/^\S* --status=a later word\n$/);
});
