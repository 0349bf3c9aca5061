import { describe, expect, it } from 'vitest';
import { openBundle } from '../../src/bundle/bundle.js';
import { countDefaultBoxes } from '../../src/bundle/detection-shapes.js';
import type { Golden, Manifest } from '../../src/bundle/manifest.js';
import { bundleFiles, dotBundle } from '../support/dot-bundle.js';

type Change = (parts: { manifest: Manifest; golden: Golden }) => void;

/** Opens the dot bundle with one thing changed. */
function openChanged(change: Change) {
  const parts = structuredClone(dotBundle());
  change(parts);
  return openBundle(bundleFiles(parts), 'models/dot');
}

/** Makes the dot bundle claim to be a detector of two feature maps. */
const asDetector: Change = ({ manifest, golden }) => {
  const count = 2 * 3 * 2 + 1;
  manifest.task = 'detection';
  manifest.input.tensor.shape = [1, 3, 2, 4];
  manifest.decode = {
    kind: 'ssd',
    offsets: 'offsets',
    logits: 'logits',
    featureMaps: [
      {
        rows: 2,
        columns: 3,
        boxSizesNorm: [
          [0.1, 0.2],
          [0.2, 0.1],
        ],
      },
      { rows: 1, columns: 1, boxSizesNorm: [[0.5, 0.5]] },
    ],
    variances: [0.1, 0.2],
    classes: ['car', 'bus'],
    scoreThreshold: 0.3,
    nmsIou: 0.45,
    maxDetections: 10,
  };
  manifest.outputs = [
    { name: 'offsets', dtype: 'float32', shape: [1, count, 4] },
    { name: 'logits', dtype: 'float32', shape: [1, count, 3] },
  ];
  golden.input.shape = [1, 3, 2, 4];
  golden.outputs = {
    offsets: { shape: [1, count, 4], indices: [0], values: [0] },
    logits: { shape: [1, count, 3], indices: [0], values: [0] },
  };
};

const asSegmentation: Change = ({ manifest, golden }) => {
  manifest.task = 'segmentation';
  manifest.input.tensor.shape = [1, 3, 2, 4];
  manifest.decode = {
    kind: 'segmentation',
    scores: 'logits',
    classes: ['road', 'sky'],
    paletteRgb: [
      [0, 0, 0],
      [1, 1, 1],
    ],
    drivable: ['road'],
  };
  manifest.outputs = [{ name: 'logits', dtype: 'float32', shape: [1, 2, 2, 4] }];
  golden.input.shape = [1, 3, 2, 4];
  golden.outputs = { logits: { shape: [1, 2, 2, 4], indices: [0], values: [0] } };
};

describe('opening a bundle', () => {
  it('gives its parts when all agree', async () => {
    const { manifest, golden, network } = dotBundle();
    const bundle = await openBundle(bundleFiles({ manifest, golden, network }), 'models/dot');
    expect(bundle.manifest).toEqual(manifest);
    expect(bundle.golden).toEqual(golden);
    expect(bundle.network).toBe(network);
  });

  it('accepts a detector and a segmentation network whose shapes agree', async () => {
    await expect(openChanged(asDetector)).resolves.toBeDefined();
    await expect(openChanged(asSegmentation)).resolves.toBeDefined();
  });

  it('refuses a network of another hash', async () => {
    const { manifest, golden, network } = dotBundle();
    const other = network.slice();
    other[other.length - 1]! ^= 1;
    const opening = openBundle(bundleFiles({ manifest, golden, network: other }), 'models/dot');
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_BUNDLE_HASH',
      message: expect.stringMatching(
        /^models\/dot\/model\.onnx: expected sha256 \w{64}, found \w{64}$/,
      ),
    });
  });

  const refused: [string, string, RegExp, Change][] = [
    [
      'an unknown key',
      'ERR_BUNDLE',
      /nonsense/,
      ({ manifest }) => Object.assign(manifest, { nonsense: 1 }),
    ],
    [
      'a path as network file',
      'ERR_BUNDLE',
      /network\.file/,
      ({ manifest }) => {
        manifest.network.file = '../x.onnx';
      },
    ],
    [
      'a decoding of another task',
      'ERR_BUNDLE',
      /expected a decode.kind of task detection, found signs, which is of signs/,
      ({ manifest }) => {
        manifest.task = 'detection';
      },
    ],
    [
      'a class twice',
      'ERR_BUNDLE',
      /found a twice/,
      ({ manifest }) => {
        (manifest.decode as { classes: string[] }).classes[1] = 'a';
      },
    ],
    [
      'another input size',
      'ERR_BUNDLE_SHAPE',
      /input image: expected shape \[batch, 3, 9, 4\], found \[batch, 3, 2, 4\]/,
      ({ manifest }) => {
        manifest.input.spec.heightPx = 9;
      },
    ],
    [
      'the other layout',
      'ERR_BUNDLE_SHAPE',
      /\[batch, 2, 4, 3\]/,
      ({ manifest }) => {
        manifest.input.spec.layout = 'nhwc';
      },
    ],
    [
      'an output that is not there',
      'ERR_BUNDLE_SHAPE',
      /expected an output named logits, found other/,
      ({ manifest }) => {
        manifest.outputs[0]!.name = 'other';
      },
    ],
    [
      'a class too few',
      'ERR_BUNDLE_SHAPE',
      /output logits: expected shape \[batch, 4\], found \[batch, 5\]/,
      ({ manifest }) => {
        (manifest.decode as { classes: string[] }).classes.pop();
      },
    ],
    [
      'golden input of another shape',
      'ERR_BUNDLE_SHAPE',
      /golden input/,
      ({ golden }) => {
        golden.input.shape = [1, 3, 2, 5];
      },
    ],
    [
      'a golden batch above the largest',
      'ERR_BUNDLE_SHAPE',
      /golden batch/,
      ({ golden }) => {
        golden.input.shape[0] = 4;
        golden.outputs['logits']!.shape[0] = 4;
      },
    ],
    [
      'golden outputs of another batch',
      'ERR_BUNDLE_SHAPE',
      /golden output logits/,
      ({ golden }) => {
        golden.outputs['logits']!.shape[0] = 1;
      },
    ],
    [
      'a golden output missing',
      'ERR_BUNDLE_SHAPE',
      /golden values of output logits/,
      ({ golden }) => {
        golden.outputs = {};
      },
    ],
    [
      'no golden values',
      'ERR_BUNDLE',
      /as many values as indices/,
      ({ golden }) => {
        golden.outputs['logits']!.values = [];
        golden.outputs['logits']!.indices = [];
      },
    ],
    [
      'a golden index beyond the output',
      'ERR_BUNDLE',
      /all below 10/,
      ({ golden }) => {
        golden.outputs['logits']!.indices[0] = 10;
      },
    ],
    [
      'a default box too many',
      'ERR_BUNDLE_SHAPE',
      /output offsets: expected shape \[1, 14, 4\], found \[1, 13, 4\]/,
      (parts) => {
        asDetector(parts);
        const decode = parts.manifest.decode as {
          featureMaps: { boxSizesNorm: [number, number][] }[];
        };
        decode.featureMaps[1]!.boxSizesNorm.push([0.3, 0.3]);
      },
    ],
    [
      'a batch on a detector',
      'ERR_BUNDLE_SHAPE',
      /input image: expected shape \[1, 3, 2, 4\]/,
      (parts) => {
        asDetector(parts);
        parts.manifest.input.tensor.shape[0] = 2;
      },
    ],
    [
      'a drivable class that is none',
      'ERR_BUNDLE',
      /expected one of road, sky, found grass/,
      (parts) => {
        asSegmentation(parts);
        (parts.manifest.decode as { drivable: string[] }).drivable = ['grass'];
      },
    ],
    [
      'a colour too few',
      'ERR_BUNDLE',
      /expected 2 colours, found 1/,
      (parts) => {
        asSegmentation(parts);
        (parts.manifest.decode as { paletteRgb: unknown[] }).paletteRgb.pop();
      },
    ],
  ];
  it.each(refused)('refuses %s (%s)', async (_, code, message, change) => {
    await expect(openChanged(change)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expect(openChanged(change)).rejects.toThrow(/^models\/dot[^\n]*$/);
  });

  it('refuses text that is no JSON in one line', async () => {
    const files = { ...bundleFiles(dotBundle()), manifestText: '{"schema' };
    await expect(openBundle(files, 'models/dot')).rejects.toMatchObject({
      code: 'ERR_BUNDLE',
      message: expect.stringMatching(/^models\/dot\/manifest\.json: expected JSON, found [^\n]+$/),
    });
  });

  it('counts default boxes of all feature maps', () => {
    const boxSizesNorm: [number, number][] = [
      [0.1, 0.1],
      [0.2, 0.2],
      [0.3, 0.1],
    ];
    const maps = [
      { rows: 4, columns: 5, boxSizesNorm },
      { rows: 1, columns: 2, boxSizesNorm },
    ];
    expect(countDefaultBoxes(maps)).toBe(66);
  });
});
