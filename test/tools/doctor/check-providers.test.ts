import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkRuntime,
  markNeeded,
  notFoundIn,
  proveProvider,
  shortReason,
} from '../../../tools/doctor/check-providers.js';
import { amiss, fine } from '../../../tools/doctor/finding.js';
import type { ProviderAnswer } from '../../../tools/doctor/provider-probe.js';
import { runProbe } from '../../../tools/doctor/run-probe.js';

const probe = fileURLToPath(
  new URL('../../../dist/tools/doctor/provider-probe.js', import.meta.url),
);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-provider-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A probe that says or does something else. */
async function instead(name: string, text: string): Promise<string> {
  const path = join(dir, `${name}.mjs`);
  await writeFile(path, text);
  return path;
}
const saying = (answer: ProviderAnswer) =>
  `process.send(${JSON.stringify(answer)}, () => process.disconnect());`;

test('the CPU runs the network that proves it, and its answer is the one that was worked out', async () => {
  const { messages, end } = await runProbe<ProviderAnswer>(probe, ['cpu'], { timeoutMs: 60_000 });
  expect(end).toEqual({ kind: 'done' });
  expect(messages).toEqual([
    {
      isRunning: true,
      runMs: expect.any(Number),
      loadMs: expect.any(Number),
      maxDifference: expect.any(Number),
    },
  ]);
  const answer = messages[0] as Extract<ProviderAnswer, { isRunning: true }>;
  expect(answer.maxDifference).toBeLessThan(1e-4);
  expect(answer.runMs).toBeGreaterThan(0);
});

test('a provider that nobody has is missing, with the reason', async () => {
  const finding = await proveProvider('nosuch' as never, probe, 60_000);
  expect(finding).toMatchObject({ name: 'provider nosuch', state: 'missing' });
  expect(finding.found).toMatch(/nosuch|not|backend/);
});

describe('a provider that', () => {
  const proven = async (name: string, text: string, limitMs = 60_000) =>
    proveProvider('webgpu', await instead(name, text), limitMs);

  test('crashes has failed, and its last words are told', async () => {
    const text =
      "console.error('lost the device'); process.kill(process.pid, 'SIGABRT'); setInterval(() => {}, 1e6);";
    expect(await proven('crash', text)).toMatchObject({
      state: 'failed',
      found: 'its process died (SIGABRT): lost the device',
    });
  });

  test('hangs has failed', async () => {
    expect(await proven('hang', 'for (;;);', 1500)).toMatchObject({
      state: 'failed',
      found: 'no answer within 1.5 s',
    });
  });

  test('computes something wrong has failed', async () => {
    const answer = { isRunning: true, runMs: 1, loadMs: 1, maxDifference: 0.5 } as const;
    const finding = await proven('wrong', saying(answer));
    expect(finding).toMatchObject({ state: 'failed', action: 'do not use webgpu here' });
    expect(finding.found).toContain('wrong by 0.5');
  });

  test('answers not a number has failed', async () => {
    const text =
      'process.send({ isRunning: true, runMs: 1, loadMs: 1, maxDifference: Number.NaN }, () => process.disconnect());';
    expect(await proven('nan', text)).toMatchObject({ state: 'failed' });
  });

  test('answers, and crashes as it leaves, is a warning', async () => {
    const answer = { isRunning: true, runMs: 1, loadMs: 1, maxDifference: 0 } as const;
    const text = saying(answer).replace(
      'process.disconnect()',
      "process.kill(process.pid, 'SIGSEGV')",
    );
    expect(await proven('late', `${text} setInterval(() => {}, 1e6);`)).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('died (SIGSEGV)'),
    });
  });
});

test('of a list one provider has to run; those that do are needed', () => {
  const proven = new Map([
    ['tensorrt', amiss('provider tensorrt', 'missing', 'no library', 'build it')],
    ['webgpu', amiss('provider webgpu', 'failed', 'crashed', 'leave it')],
    ['cpu', fine('provider cpu', 'runs')],
  ]);
  const needed = (asked: string[]) =>
    markNeeded(proven, asked)
      .filter(({ isNeeded }) => isNeeded)
      .map(({ name, state }) => `${name} ${state}`);
  expect(needed(['cpu'])).toEqual(['provider cpu ok']);
  expect(needed(['tensorrt', 'cpu'])).toEqual(['provider cpu ok']);
  expect(needed(['tensorrt', 'webgpu'])).toEqual([
    'provider tensorrt missing',
    'provider webgpu failed',
  ]);
});

test('the runtime is found with the libraries of this machine', () => {
  const finding = checkRuntime();
  expect(finding).toMatchObject({ state: 'ok', isNeeded: true });
  expect(finding.found).toMatch(/^\d+\.\d+\.\d+, with .*onnxruntime/);
});

describe('of what ONNX Runtime says, the reason is kept:', () => {
  test('the library that cannot be loaded', () => {
    const errorText =
      '2026 [E:onnxruntime:x, provider_bridge_ort.cc:2146 Create] /src/provider_bridge_ort.cc:1988 onnxruntime::Provider& Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library /rig/node_modules/onnxruntime-node/bin/libonnxruntime_providers_shared.so with error: /rig/node_modules/onnxruntime-node/bin/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory\n\n';
    expect(shortReason('expected a provider; found none: cuda (Failed)', errorText)).toBe(
      'libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory',
    );
  });

  test('the assertion that did not hold', () => {
    const reason =
      'x: expected an execution provider that runs, of webgpu; found none: webgpu (/src/webgpu_context.cc:136 Initialize(const Config&)::<lambda()> adapter.status == Success was false. Failed to get a WebGPU adapter: No supported adapters)';
    expect(shortReason(reason, 'Warning: vkCreateInstance: Found no drivers!\n')).toBe(
      'Failed to get a WebGPU adapter: No supported adapters',
    );
  });

  test('and anything else as it is', () => {
    expect(shortReason('out of luck', '')).toBe('out of luck');
  });
});

test('libraries that the loader does not find are named', () => {
  const ldd =
    '\tlinux-vdso.so.1 (0x0000)\n\tlibcudnn.so.9 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibcublas.so.13 => not found\n';
  expect(notFoundIn(ldd)).toEqual(['libcudnn.so.9', 'libcublas.so.13']);
});
