import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { certify } from '../../../src/inference/network-session.js';
import { createNetworkSession } from '../../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { evenly } from '../../../tools/datasets/evenly.js';
import { openDataset } from '../../../tools/datasets/open-dataset.js';
import { quantizationTable } from '../../../tools/quantize/format-quantization.js';
import { type QuantizeRequest, runQuantize } from '../../../tools/quantize/run-quantize.js';
import { writeTinyBundles } from '../../support/tiny-bundles.js';
import { rejection, writeFolder } from '../datasets/dataset-builders.js';
import { writeSolidDrive } from './solid-drive.js';

async function request(changes: Partial<QuantizeRequest> = {}): Promise<QuantizeRequest> {
  const dataDir = await writeSolidDrive();
  const folder = writeFolder({});
  const dirs = await writeTinyBundles(join(folder, 'models'));
  const data = await openDataset('udacity', dataDir, { task: 'steering' });
  return {
    bundle: await readBundleFolder(dirs.steering),
    precision: 'int8',
    calibrationData: evenly(data, 8),
    int8: { method: 'minmax', percentile: 99.99, activations: 'uint8', weightBits: 7 },
    scoreData: data,
    largestLoss: 0.005,
    outDir: join(folder, 'out'),
    command: 'made in a test',
    onNote: () => {},
    ...changes,
  };
}

async function certified(bundle: Bundle): Promise<boolean> {
  const session = await createNetworkSession(bundle, { providers: ['cpu'] });
  try {
    return (await certify(session, bundle)).isCertified;
  } finally {
    await session.dispose();
  }
}

describe.each(['int8', 'float16'] as const)('a bundle in %s', (precision) => {
  let made: Bundle;
  let asked: QuantizeRequest;
  let card: string;
  let table: string;
  let leftBeside: string[];

  beforeAll(async () => {
    asked = await request({ precision });
    table = quantizationTable(await runQuantize(asked));
    made = await readBundleFolder(asked.outDir);
    card = readFileSync(join(asked.outDir, 'MODEL_CARD.md'), 'utf8');
    leftBeside = readdirSync(dirname(asked.outDir)).sort();
  });

  test('opens and is certified, with golden outputs of its own', async () => {
    expect(await certified(made)).toBe(true);
    expect(made.golden.outputs).not.toEqual(asked.bundle.golden.outputs);
    expect(made.manifest.network.sha256).not.toBe(asked.bundle.manifest.network.sha256);
    expect(leftBeside).toEqual(['models', 'out']);
  });

  test('says in its manifest and card what it was made from, how, and what it scored before and after', () => {
    const { quantisation, scores } = made.manifest;
    expect(quantisation).toMatchObject({
      precision,
      floatSha256: asked.bundle.manifest.network.sha256,
      command: 'made in a test',
      floatLayers: [],
    });
    const [data] = Object.keys(scores) as [string];
    expect(scores[data]!['correlation']).toBeGreaterThan(0.99);
    expect(quantisation!.floatScores[data]!['correlation']).toBeGreaterThan(0.99);
    if (precision === 'int8') {
      expect(quantisation!.calibration).toMatchObject({ samples: 8 });
      expect(quantisation!.weights).toEqual({ bits: 7, pairSumBits: 16 });
      expect(card).toContain('Weights have 7 bits');
    }
    expect(card).toContain('## Quantisation');
    expect(card).toContain(quantisation!.floatSha256);
    expect(card).toMatch(/\| correlation \| (0\.99|1\.0)\d+ \| (0\.99|1\.0)\d+ \|/);
  });

  test('is not quantised again', async () => {
    const again = { ...asked, bundle: made, outDir: `${asked.outDir}-again` };
    const { code, message } = await rejection(runQuantize(again));
    expect(code).toBe('ERR_USAGE');
    expect(message).toContain(`expected a bundle in float32, found one in ${precision}`);
  });

  test('is shown beside the float one', () => {
    expect(table).toMatch(
      /^tiny steering 0\.0\.1 +float32 +(int8|float16)\ncorrelation +\d\.\d{4}/,
    );
    expect(table).toContain('points lost');
  });
});

test('where the score cannot be kept, nothing is written, and that is said', async () => {
  // No score is this good.
  const asked = await request({ largestLoss: -2 });
  const report = await runQuantize(asked);
  expect(report.isWithinBound).toBe(false);
  expect(existsSync(asked.outDir)).toBe(false);
});

test('a layer that costs too much stays in float', async () => {
  const asked = await request();
  // All calibration pictures are black: no red is ever seen, and the answers of integers are cut off there.
  const black = { ...asked.calibrationData, samples: asked.scoreData.samples.slice(0, 1) };
  const report = await runQuantize({ ...asked, calibrationData: black as never });
  expect(report.floatLayers).toEqual(['w_2']);
  expect(report.isWithinBound).toBe(true);
  const { manifest, network } = await readBundleFolder(asked.outDir);
  expect(manifest.quantisation!.floatLayers).toEqual(['w_2']);
  const operators = NetworkGraph.read(network, 'test').nodes.map(({ opType }) => opType);
  expect(operators).not.toContain('QuantizeLinear');
});

test('no sample that loads is an error that names the first reason, and nothing is written', async () => {
  const asked = await request();
  const gone = asked.calibrationData.samples.map((sample) => ({
    ...sample,
    load: () => Promise.reject(new Error('gone')),
  }));
  const calibrationData = { ...asked.calibrationData, samples: gone as never };
  const { code, message } = await rejection(runQuantize({ ...asked, calibrationData }));
  expect(code).toBe('ERR_DATASET');
  expect(message).toMatch(/expected samples of udacity .* that load, found none.*gone/);
  expect(existsSync(asked.outDir)).toBe(false);
});

test('a bundle of 8-bit weights says what they ask of a processor, and is proven as it is loaded', async () => {
  const asked = await request();
  await runQuantize({ ...asked, int8: { ...asked.int8, weightBits: 8 } });
  const made = await readBundleFolder(asked.outDir);
  expect(made.manifest.quantisation!.weights).toEqual({ bits: 8, pairSumBits: 32 });
  expect(await certified(made)).toBe(true);
  const card = readFileSync(join(asked.outDir, 'MODEL_CARD.md'), 'utf8');
  expect(card).toContain('fast on processors with VNNI or Arm');
});
