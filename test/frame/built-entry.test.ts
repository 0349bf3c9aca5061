import { expect, test } from 'vitest';
import { builtEntry } from '../../src/frame/built-entry.js';

const pathOf = (name: string, callerUrl: string) => builtEntry(name, callerUrl).pathname;

test('beside a built caller, an entry is where it is said to be', () => {
  const caller = 'file:///rig/dist/src/pipeline/lane.js';
  expect(pathOf('./lane-worker.js', caller)).toBe('/rig/dist/src/pipeline/lane-worker.js');
});

test('beside TypeScript, the built twin is meant, wherever the repository lies', () => {
  expect(pathOf('./a.js', 'file:///rig/src/pipeline/lane.ts')).toBe('/rig/dist/src/pipeline/a.js');
  expect(pathOf('./a.js', 'file:///home/src/tools/rig/tools/bench/b.ts')).toBe(
    '/home/src/tools/rig/dist/tools/bench/a.js',
  );
  expect(pathOf('./a.js', 'file:///src/rig/src/frame/b.ts')).toBe('/src/rig/dist/src/frame/a.js');
});
