import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  countEngines,
  engineFolderName,
  engineMachine,
  engineRoot,
  hasEngine,
  precisionOf,
} from '../../src/inference/engine-cache.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engines-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test('the folder of an engine changes with each part of its key', () => {
  const key = {
    networkSha256: 'a'.repeat(64),
    onnxRuntimeVersion: '1.30.0',
    tensorRtVersion: '10.3.0',
    gpuName: 'NVIDIA Jetson AGX Orin Developer Kit',
    precision: 'float32',
  };
  const others = Object.keys(key).map((part) => engineFolderName({ ...key, [part]: 'another' }));
  const names = new Set([engineFolderName(key), ...others]);
  expect(names.size).toBe(6);
  expect(engineFolderName({ ...key })).toBe(engineFolderName(key));
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
  // Parts do not run into each other.
  const shifted = { ...key, onnxRuntimeVersion: '1.30.01', tensorRtVersion: '0.3.0' };
  expect(engineFolderName(shifted)).not.toBe(engineFolderName(key));
});

test('a Jetson is its module and the TensorRT whose library is there', () => {
  put('proc/device-tree/model', 'NVIDIA Jetson Orin Nano Developer Kit\0');
  expect(engineMachine(root)).toBeUndefined();
  for (const name of ['10', '10.3.0', '9.8.1'])
    put(`usr/lib/aarch64-linux-gnu/libnvinfer.so.${name}`);
  put('usr/lib/aarch64-linux-gnu/libnvinfer_plugin.so.11.0.0');
  expect(engineMachine(root)).toEqual({
    onnxRuntimeVersion: '1.30.0',
    tensorRtVersion: '10.3.0',
    gpuName: 'NVIDIA Jetson Orin Nano Developer Kit',
  });
});

test("elsewhere NVIDIA's driver names the GPU; without one no engine is kept", () => {
  put('usr/lib/x86_64-linux-gnu/libnvinfer.so.10.16.0');
  expect(engineMachine(root)).toBeUndefined();
  put('proc/driver/nvidia/gpus/0000:01:00.0/information', 'Model: \t\t NVIDIA L4\nIRQ: 1\n');
  expect(engineMachine(root)).toMatchObject({ gpuName: 'NVIDIA L4', tensorRtVersion: '10.16.0' });
});

test('engines of all networks are counted, timings are none', () => {
  expect(countEngines(join(root, 'nothing'))).toBe(0);
  put('a/x.engine');
  put('b/y.engine');
  put('b/y.timing');
  put('c/z.timing');
  expect(countEngines(root)).toBe(2);
  expect(['a', 'b', 'c'].map((name) => hasEngine(join(root, name)))).toEqual([true, true, false]);
});

test('they lie where the environment says, else in the cache of the user', () => {
  expect(engineRoot({ WINDSHIELD_ENGINE_CACHE: '/e', XDG_CACHE_HOME: '/c' })).toBe('/e');
  expect(engineRoot({ XDG_CACHE_HOME: '/c' })).toBe('/c/windshield/engines');
  expect(engineRoot({})).toMatch(/\.cache\/windshield\/engines$/);
});

test('the precision is what the bundle says of itself', () => {
  expect(precisionOf({})).toBe('float32');
});
