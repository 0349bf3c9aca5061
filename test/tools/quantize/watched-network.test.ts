import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { compareTimes } from '../../../tools/quantize/compare-times.js';
import { answersOf, noiseToSignal } from '../../../tools/quantize/layer-noise.js';
import { itemLength } from '../../../tools/quantize/network-inputs.js';
import { WatchedNetwork } from '../../../tools/quantize/watched-network.js';
import { writeAdoptedDetector } from '../../support/tiny-bundles.js';

let dir: string;
let bundle: Bundle;
let grey: Float32Array;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-watched-'));
  await writeAdoptedDetector(dir);
  bundle = await readBundleFolder(dir);
  grey = new Float32Array(itemLength(bundle)).fill(128);
});
afterAll(() => rm(dir, { recursive: true }));

const boxes = [0.1 * 32, 0.2 * 24, 0.3 * 32, 0.6 * 24, 0.5 * 32, 0.2 * 24, 0.9 * 32, 0.6 * 24];

test('a network that reads bytes and a second input answers, and so do its inner values', () => {
  const watched = new WatchedNetwork(bundle, bundle.network);
  const answers = watched.answer(grey);
  watched.release();
  expect(Object.keys(answers).sort()).toEqual([...watched.names].sort());
  const found = answers['boxes']!.data as Float32Array;
  for (const [i, value] of boxes.entries()) expect(found[i]).toBeCloseTo(value, 4);
  expect(found).toHaveLength(boxes.length);
});

test('its answers can be compared with those of another network, and it can be timed', () => {
  const [answer] = answersOf(bundle, bundle.network, [grey]);
  expect(answer!['boxes']).toHaveLength(boxes.length);
  const [time] = compareTimes([bundle], grey);
  expect(time!.wallMs).toBeGreaterThan(0);
});

test('halves and integers are compared as numbers, and answers of another length with nothing in their place', () => {
  const [answer] = answersOf(bundle, bundle.network, [grey]);
  expect([...answer!['scores']!]).toEqual([expect.closeTo(0.9, 3), 0.75]);
  expect([...answer!['labels']!]).toEqual([1, 1]);
  expect(noiseToSignal([answer!], [answer!])).toBe(0);
  const fewer = { ...answer!, labels: Float32Array.of(1) };
  expect(noiseToSignal([answer!], [fewer])).toBe(0.5);
  expect(noiseToSignal([fewer], [answer!])).toBe(1);
});

test('an output that a node leaves out is not watched', () => {
  const graph = new OnnxGraph('gru');
  graph.input('x', [1, 1, 1]);
  const gates = (name: string) => graph.constant(name, [1, 3, 1], new Float32Array(3).fill(0.5));
  graph.nodes('GRU', ['x', gates('w'), gates('r')], 2, { hidden_size: 1 }, ['', 'last']);
  graph.output('last', [1, 1, 1]);
  const watched = new WatchedNetwork(bundle, graph.toBytes());
  watched.release();
  expect(watched.names).toEqual(['last']);
});
