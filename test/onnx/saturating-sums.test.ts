import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NativeSession } from '../../src/inference/native-session.js';
import {
  largestPairOfWeights,
  saturatedAnswer,
  saturatingSums,
} from '../../src/onnx/saturating-sums.js';

const sums = saturatingSums();
const names = Object.keys(sums.outputs);

/** Every output filled with one value a name. */
const answersOf = (answerFor: (right: number) => number) =>
  Object.fromEntries(
    names.map((name) => {
      const { count, value } = sums.outputs[name]!;
      return [name, new Float32Array(count).fill(answerFor(value))];
    }),
  );

describe('sums that saturate in 16 bits', () => {
  test('are right on this processor with the settings of a session for 8-bit weights', () => {
    const session = NativeSession.load(sums.network, 'sums');
    const x = { type: 'float32' as const, ...sums.input };
    const found = session.answer({ x }, names);
    session.release();
    const answers = Object.fromEntries(
      names.map((name) => [name, found[name]!.data as Float32Array]),
    );
    expect(saturatedAnswer(sums, answers)).toBeUndefined();
  });

  test('come to half where two products are added in 16 bits, and that is found', () => {
    // Every pair of products is 2 * 255 * 127 = 64,770; 16 bits end at 32,767.
    expect(
      saturatedAnswer(
        sums,
        answersOf((right) => right),
      ),
    ).toBeUndefined();
    expect(
      saturatedAnswer(
        sums,
        answersOf((right) => (right * 32767) / 64770),
      ),
    ).toMatch(/^conv3x3\[0\]: expected 9326880, found 4718448$/);
  });

  test('are missed by no one output alone', () => {
    for (const name of names) {
      const answers = answersOf((right) => right);
      answers[name]![answers[name]!.length - 1]! /= 2;
      expect(saturatedAnswer(sums, answers)).toContain(`${name}[`);
    }
    expect(saturatedAnswer(sums, {})).toContain('NaN');
  });

  test('hold for two weights that sum to the bound, and for no larger ones', () => {
    expect(255 * largestPairOfWeights).toBeLessThanOrEqual(32767);
    expect(-255 * largestPairOfWeights).toBeGreaterThanOrEqual(-32768);
    expect(255 * (largestPairOfWeights + 1)).toBeGreaterThan(32767);
  });
});

const emulator = 'qemu-x86_64';
const hasEmulator =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  spawnSync(emulator, ['--version']).status === 0;
const whyNot = hasEmulator ? '' : ` (${emulator} not found: Debian package qemu-user)`;

/** Runs the sums with and without the setting in a process on an emulated processor that has AVX2 and no VNNI. */
function onProcessorWithoutVnni(): Record<'narrow' | 'wide', Record<string, number[]>> {
  const dir = mkdtempSync(join(tmpdir(), 'sums-'));
  writeFileSync(join(dir, 'sums.onnx'), sums.network);
  const script = `
    import { readFileSync } from 'node:fs';
    import { InferenceSession, Tensor } from ${JSON.stringify(import.meta.resolve('onnxruntime-node'))};
    const network = readFileSync(${JSON.stringify(join(dir, 'sums.onnx'))});
    const dims = ${JSON.stringify(sums.input.dims)};
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(255);
    const answers = {};
    for (const [name, x64quantprecision] of [['narrow', '0'], ['wide', '1']]) {
      const session = await InferenceSession.create(network, {
        executionProviders: ['cpu'], intraOpNumThreads: 1, extra: { session: { x64quantprecision } },
      });
      const found = await session.run({ x: new Tensor('float32', data, dims) });
      answers[name] = Object.fromEntries(Object.entries(found).map(([key, { data }]) => [key, [...data]]));
    }
    console.log(JSON.stringify(answers));
    process.exit(0);
  `;
  writeFileSync(join(dir, 'sums.mjs'), script);
  const { stdout, stderr } = spawnSync(
    emulator,
    ['-cpu', 'Haswell', process.execPath, join(dir, 'sums.mjs')],
    { encoding: 'utf8', timeout: 120_000 },
  );
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`expected answers from the emulated processor, found: ${stdout}${stderr}`);
  }
}

test.runIf(hasEmulator)(
  `an emulated processor without VNNI saturates, and does not with the sessions’ setting${whyNot}`,
  () => {
    const { narrow, wide } = onProcessorWithoutVnni();
    const typed = (answers: Record<string, number[]>) =>
      Object.fromEntries(names.map((name) => [name, Float32Array.from(answers[name]!)]));
    expect(saturatedAnswer(sums, typed(narrow))).toContain('conv3x3[0]: expected 9326880, found');
    expect(saturatedAnswer(sums, typed(wide))).toBeUndefined();
  },
);
