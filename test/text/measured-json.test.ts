import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { measured, measuredJson } from '../../src/text/measured-json.js';

test('the unit at the end of a key says how many decimals a number has', () => {
  expect(
    measured({
      latencyMs: 12.345678,
      startS: 1.23456,
      angleRad: 0.123456789,
      rmsPx: 0.87654321,
      heightM: 1.3512345,
      rateHz: 19.98765,
    }),
  ).toEqual({
    latencyMs: 12.346,
    startS: 1.235,
    angleRad: 0.123457,
    rmsPx: 0.877,
    heightM: 1.3512,
    rateHz: 19.988,
  });
});

test('what stands below a key has its unit, lists too, unless it names one of its own', () => {
  expect(
    measured({
      glassMs: { p50: 1.23456, each: [2.34567, 3], count: 7, worst: { atS: 9.87654 } },
    }),
  ).toEqual({ glassMs: { p50: 1.235, each: [2.346, 3], count: 7, worst: { atS: 9.877 } } });
});

test('scores keep five digits, counts and names of frames all of theirs', () => {
  expect(
    measured({ mIoU: 0.1264079747, p: 0.000012345678, frameId: 1234567, seed: 2 ** 40 }),
  ).toEqual({
    mIoU: 0.12641,
    p: 0.000012346,
    frameId: 1234567,
    seed: 2 ** 40,
  });
  // What others compute with is no measurement.
  expect(measured({ distortion: [-0.123456789] })).toEqual({ distortion: [-0.123456789] });
});

test('what is no number stays as it is, and what JSON knows no number for is null', () => {
  expect(measuredJson({ a: '1.23456789', b: null, c: true, dMs: Number.NaN })).toBe(
    '{"a":"1.23456789","b":null,"c":true,"dMs":null}',
  );
  expect(measuredJson({ valuesPx: Float32Array.of(0.1) })).toBe('{"valuesPx":[0.1]}');
});

test('every command prints what it measured so', () => {
  const dir = fileURLToPath(new URL('../../cli/', import.meta.url));
  const files = readdirSync(dir, { recursive: true }).map(String);
  const others = files.filter(
    (file) =>
      file.endsWith('.ts') && readFileSync(`${dir}${file}`, 'utf8').includes('JSON.stringify'),
  );
  // Rows of a table are data, and a manifest and a pipeline file are read back as they are.
  expect(others.sort()).toEqual(['ask.ts', 'bundle.ts', 'config.ts', 'novelty.ts']);
});
