import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeProbeEnd, probeEntry, runProbe } from '../../../tools/doctor/run-probe.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-probe-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<string> {
  const path = join(dir, `${name}.mjs`);
  await writeFile(path, text);
  return path;
}

const slowly = { timeoutMs: 60_000 };

test('a probe says what it has to say, and ends', async () => {
  const entry = await script(
    'good',
    "process.send({ got: process.argv[2] }, () => process.disconnect()); console.error('by the way');",
  );
  const result = await runProbe(entry, ['an argument'], slowly);
  expect(result).toEqual({
    messages: [{ got: 'an argument' }],
    end: { kind: 'done' },
    errorText: 'by the way\n',
  });
});

test('a probe can be answered', async () => {
  const entry = await script(
    'asking',
    "process.once('message', ({ n }) => process.send({ n: n * 2 }, () => process.disconnect())); process.send({ n: 0 });",
  );
  const { messages } = await runProbe<{ n: number }>(entry, [], {
    ...slowly,
    onMessage: ({ n }, send) => {
      if (n === 0) send({ n: 21 });
    },
  });
  expect(messages).toEqual([{ n: 0 }, { n: 42 }]);
});

test('native code that crashes is a finding, with its signal', async () => {
  const entry = await script(
    'crash',
    "process.send('before', () => process.kill(process.pid, 'SIGSEGV')); setInterval(() => {}, 1e6);",
  );
  const { messages, end } = await runProbe(entry, [], slowly);
  expect(messages).toEqual(['before']);
  expect(end).toEqual({ kind: 'crashed', how: 'SIGSEGV' });
  expect(describeProbeEnd(end)).toBe('its process died (SIGSEGV)');
});

test('native code that hangs is a finding, and is gone afterwards', async () => {
  // Busy: it hears no signal that can be handled.
  const entry = await script('hang', 'process.send(process.pid, () => { for (;;); });');
  let timeoutMs = 500;
  let result = await runProbe<number>(entry, [], { timeoutMs });
  // A machine with other things to do may not even have started it by then.
  for (; result.messages.length === 0; timeoutMs *= 2)
    result = await runProbe<number>(entry, [], { timeoutMs: timeoutMs * 2 });
  expect(result.end).toEqual({ kind: 'hung', afterMs: timeoutMs });
  expect(() => process.kill(result.messages[0]!, 0)).toThrow('ESRCH');
});

test('how a probe ended is said in words', () => {
  expect(describeProbeEnd({ kind: 'hung', afterMs: 700 })).toBe('no answer within 0.7 s');
  expect(describeProbeEnd({ kind: 'crashed', how: 'exit code 3' })).toBe(
    'its process died (exit code 3)',
  );
});

test('an exit code is told, and so is a script that is not there', async () => {
  const entry = await script('exit', 'process.exit(3)');
  expect((await runProbe(entry, [], slowly)).end).toEqual({ kind: 'crashed', how: 'exit code 3' });
  const none = await runProbe(join(dir, 'none.mjs'), [], slowly);
  expect(none.end).toEqual({ kind: 'crashed', how: 'exit code 1' });
  expect(none.errorText).toContain('Cannot find module');
});

test('a probe is found in the compiled tree, wherever the repository lies', () => {
  const entry = (url: string) => probeEntry('./lane-probe.js', url);
  expect(entry('file:///src/tools/rig/tools/doctor/a.ts')).toBe(
    '/src/tools/rig/dist/tools/doctor/lane-probe.js',
  );
  expect(entry('file:///rig/dist/tools/doctor/a.js')).toBe('/rig/dist/tools/doctor/lane-probe.js');
});
