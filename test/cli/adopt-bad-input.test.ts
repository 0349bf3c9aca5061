import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { colourNetwork } from '../support/colour-network.js';
import { windshield } from '../support/command-line.js';
import { donkeyNetwork } from '../support/donkey-network.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-bad-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Its outputs are copies of a picture of `size`. */
function copies(
  names: string[],
  size: (number | string)[],
  properties: Record<string, string> = {},
) {
  const graph = new OnnxGraph('copies');
  graph.input('images', [1, 3, ...size]);
  for (const name of names) {
    graph.node('Identity', ['images'], {}, name);
    graph.output(name, [1, 3, ...size]);
  }
  return graph.toBytes(properties);
}

/** Finished boxes whose numbers are the logarithm of what is below zero. */
function brokenBoxes(properties: Record<string, string> = {}): Uint8Array {
  const graph = new OnnxGraph('broken');
  graph.input('images', [1, 3, 16, 16]);
  const mean = graph.node('ReduceMean', ['images'], { axes: [1, 2, 3], keepdims: 0 });
  const below = graph.node('Sub', [mean, graph.scalar('much', 1e6)]);
  const spread = graph.node('Mul', [
    graph.node('Log', [below]),
    graph.constant('ones', [1, 5, 6], new Float32Array(30).fill(1)),
  ]);
  graph.node('Identity', [spread], {}, 'output0');
  graph.output('output0', [1, 5, 6]);
  return graph.toBytes(properties);
}

function customOperator(): Uint8Array {
  const graph = new OnnxGraph('custom');
  graph.input('images', [1, 3, 16, 16]);
  graph.node('EfficientNMS_TRT', ['images'], {}, 'output0');
  graph.output('output0', [1, 3, 16, 16]);
  return graph.toBytes();
}

const classes = ['--classes', 'car,bus'];
const street = ['--task', 'segmentation', '--classes', 'road,sky,car'];
const cases: [string, () => Uint8Array | string, string[], RegExp][] = [
  [
    'a network of another task',
    () => donkeyNetwork('linear'),
    classes,
    /expected outputs of a detector .* found n_outputs0 \[1, 1\]/,
  ],
  [
    'a class map as a detector',
    () => colourNetwork('scores'),
    [],
    /expected outputs of a detector/,
  ],
  [
    'a detector as a class map',
    () => donkeyNetwork('linear'),
    street,
    /expected an output with scores or class numbers of a map/,
  ],
  [
    'two outputs of equal shape',
    () => copies(['a', 'b'], [16, 16]),
    street,
    /expected --output \(a or b, which are of one size\), found none/,
  ],
  [
    'sizes that are open',
    () => copies(['a'], ['h', 'w']),
    street,
    /takes any size: expected --size <width>x<height>, found none/,
  ],
  [
    'answers that are no numbers',
    () => brokenBoxes(),
    classes,
    /output output0: expected numbers .* found NaN/,
  ],
  ['a file of 0 bytes', () => '', [], /found an empty file/],
  ['HTML in place of a network', () => '<!doctype html><p>Sign in</p>', [], /found a web page/],
  [
    'a metadata string that is not what it says',
    () => brokenBoxes({ names: '[person, car]' }),
    [],
    /metadata names: expected \{0: 'name', 1: 'name'\}, found "\[person, car\]"/,
  ],
  [
    'names with control characters',
    () => brokenBoxes({ names: "{0: 'car\u001b[2J', 1: 'bus'}" }),
    [],
    /metadata names: expected .*found/,
  ],
  [
    'an operator that nobody knows',
    customOperator,
    classes,
    /expected a network that ONNX Runtime runs, found: .*EfficientNMS_TRT/,
  ],
];

test.each(cases)(
  '%s ends with one line and exit code 2, and leaves nothing',
  async (_, network, options, message) => {
    const folder = await mkdtemp(join(dir, 'case-'));
    await writeFile(join(folder, 'net.onnx'), network());
    const words = ['adopt', join(folder, 'net.onnx'), ...options, '--out', join(folder, 'out')];
    const { code, stderr } = await windshield(words).finished;
    expect(stderr).toMatch(message);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^windshield: .* \(ERR_(BUNDLE|USAGE)\)$/);
    // No sequence of the file's reaches the terminal.
    expect([...lines[0]!].filter((letter) => letter < ' ')).toEqual([]);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual(['net.onnx']);
  },
);

test('an address without a hash, or not of https, is refused before anything is fetched', async () => {
  for (const [place, message] of [
    ['https://127.0.0.1:9/net.onnx', /expected --sha256/],
    ['http://127.0.0.1:9/net.onnx', /https/],
  ] as const) {
    const { code, stderr } = await windshield(['adopt', place, '--out', join(dir, 'none')])
      .finished;
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  }
});
