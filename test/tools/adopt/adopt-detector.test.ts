import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CandidateOutputSpec } from '../../../src/bundle/detection-spec.js';
import { NativeSession } from '../../../src/inference/native-session.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import {
  adoptDetector,
  type DetectorChoices,
  knowDetector,
} from '../../../tools/adopt/adopt-detector.js';
import { parseNetwork, readNetworkFile } from '../../../tools/adopt/network-file.js';
import { labelledPictures } from '../../../tools/adopt/trial-pictures.js';
import type { TrialPicture } from '../../../tools/adopt/try-detection.js';
import type { KittiBox } from '../../../tools/datasets/kitti.js';
import { openDataset } from '../../../tools/datasets/open-dataset.js';
import type { RgbImage, SampleBase } from '../../../tools/datasets/sample.js';
import { runEvaluation } from '../../../tools/evaluate/run-evaluation.js';
import { vehiclesFound } from '../../../tools/evaluate/vehicles-found.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { foundByHand, type HandFeeding } from './by-hand.js';

const choices = (changes: Partial<DetectorChoices> = {}): DetectorChoices => ({
  unmapped: 'drop',
  feeding: {},
  scoreThreshold: 0.3,
  nms: { method: 'hard', iou: 0.5, byClass: true },
  maxDetections: 50,
  name: 'tiny',
  version: '1.0.0',
  from: 'tiny.onnx',
  licence: 'MIT',
  command: 'none',
  ...changes,
});

/**
 * A network of finished boxes: a box over the left half, a car as surely as the first channel is bright there and the
 * third dark. Fed in reversed colours or in another range it finds nothing.
 */
function redCarNetwork(): Uint8Array {
  const graph = new OnnxGraph('red car');
  graph.input('images', [1, 3, 16, 16]);
  const left = graph.node('Slice', [
    'images',
    graph.ints('starts', [0]),
    graph.ints('ends', [8]),
    graph.ints('axes', [3]),
  ]);
  const mean = graph.node('ReduceMean', [left], { axes: [2, 3], keepdims: 0 });
  const weights = graph.constant('w', [3, 1], Float32Array.of(1, 0, -1));
  const red = graph.node('Clip', [
    graph.node('MatMul', [mean, weights]),
    graph.scalar('low', 0),
    graph.scalar('high', 1),
  ]);
  const shaped = graph.node('Reshape', [red, graph.ints('shape', [1, 1, 1])]);
  const box = graph.constant('box', [1, 1, 4], Float32Array.of(0, 0, 8, 16));
  const classId = graph.constant('class', [1, 1, 1], Float32Array.of(0));
  graph.node('Concat', [box, shaped, classId], { axis: 2 }, 'output0');
  graph.output('output0', [1, 1, 6]);
  return graph.toBytes({ names: "{0: 'car', 1: 'bus'}", task: 'detect' });
}

/** The left half red and a car; grey on the right. */
function redPicture(id: string, edgePx = 32): TrialPicture {
  const [widthPx, heightPx] = [edgePx, edgePx];
  const data = new Uint8Array(widthPx * heightPx * 3).fill(90);
  for (let row = 0; row < heightPx; row++)
    for (let column = 0; column < widthPx / 2; column++)
      data.set([220, 10, 10], (row * widthPx + column) * 3);
  const truth = [
    {
      className: 'car',
      boxXyxyPx: [0, 0, widthPx / 2, heightPx] as [number, number, number, number],
      weight: 1,
    },
  ];
  return { id, image: { widthPx, heightPx, data }, truth };
}

describe('adopting a detector', () => {
  it('finds its family, its classes and its colours, and certifies it', async () => {
    const network = await parseNetwork(redCarNetwork(), 'tiny.onnx');
    const known = knowDetector(network, choices());
    expect(known.family).toBe('end-to-end');
    const adopted = await adoptDetector(known, choices(), [redPicture('a'), redPicture('b')]);
    const { input, decode, adopted: story } = adopted.bundle.manifest;
    expect(input.spec).toMatchObject({ colour: 'rgb', fit: 'letterbox' });
    expect(input.spec.scale[0]).toBeCloseTo(1 / 255);
    expect('classes' in decode && decode.classes).toEqual(['car', 'bus']);
    expect(story).toMatchObject({ feedingBy: 'labels', licence: 'MIT' });
    const reversed = adopted.trials.find(
      ({ feeding }) => feeding.colour === 'bgr' && feeding.range === '0..1',
    );
    expect(reversed!.score.value).toBe(0);
  });

  it('guesses by steadiness without labels, and says so', async () => {
    const network = await parseNetwork(redCarNetwork(), 'tiny.onnx');
    const known = knowDetector(network, choices());
    const { image, id } = redPicture('a', 160);
    const adopted = await adoptDetector(known, choices(), [{ id, image }]);
    expect(adopted.triedOn).toBe('steadiness');
    expect(adopted.reasons.at(-1)).toContain('guessed');
    expect(adopted.bundle.manifest.input.spec.colour).toBe('rgb');
    expect(adopted.bundle.manifest.scores).toEqual({});
  });

  it('asks by name for what the file does not say', async () => {
    const graph = new OnnxGraph('open');
    graph.input('images', ['n', 3, 'height', 'width']);
    graph.node('Identity', ['images'], {}, 'output0');
    graph.output('output0', ['n', 3, 'height', 'width']);
    const network = await parseNetwork(graph.toBytes(), 'open.onnx');
    expect(() => knowDetector(network, choices())).toThrow(/expected --size/);
    const slip = choices({ size: { widthPx: 32, heightPx: 32 }, like: 'yolx' });
    expect(() => knowDetector(network, slip)).toThrow(
      /--like: expected one of .*, found "yolx"; did you mean "yolox"\?/,
    );
    expect(() => knowDetector(network, choices({ size: { widthPx: 32, heightPx: 32 } }))).toThrow(
      /expected outputs of a detector .* found output0 \[1, 3, 32, 32\]/,
    );
  });

  it('refuses classes that its outputs have no room for, and operators that nobody knows', async () => {
    const graph = new OnnxGraph('odd');
    graph.input('images', [1, 3, 16, 16]);
    graph.node('NoSuchOperator', ['images'], {}, 'output0');
    graph.output('output0', [1, 3, 16, 16]);
    const odd = await parseNetwork(graph.toBytes(), 'odd.onnx');
    expect(() => knowDetector(odd, choices())).toThrow(
      /odd.onnx: expected a network that ONNX Runtime runs, found: .*NoSuchOperator/,
    );
  });
});

/** `byHand`: as their makers' own scripts feed them. */
const bytes: HandFeeding['norm'] = [
  [0, 1],
  [0, 1],
  [0, 1],
];
const publicNetworks = [
  {
    file: 'yolox_nano',
    family: 'yolox',
    usual: { colour: 'bgr', fit: 'letterbox-top-left' },
    byHand: { edgePx: 416, fit: 'top-left' as const, norm: bytes },
  },
  {
    file: 'fastestdet',
    family: 'fastestdet',
    usual: { colour: 'bgr', fit: 'stretch' },
    byHand: {
      edgePx: 352,
      fit: 'stretch' as const,
      norm: bytes.map(() => [0, 255] as [number, number]),
    },
  },
  {
    file: 'nanodet_m',
    family: 'nanodet',
    usual: { colour: 'bgr', fit: 'letterbox' },
    byHand: {
      edgePx: 416,
      fit: 'centred' as const,
      norm: [
        [103.53, 57.375],
        [116.28, 57.12],
        [123.675, 58.395],
      ] as [number, number][],
    },
  },
];
const models = fileURLToPath(new URL('../../../../shared/models/', import.meta.url));
const kitti = join(sharedDataDir() ?? '', 'kitti_object');

const decoded = new Map<string, Promise<RgbImage>>();
/** Decoded once for all networks, adopted and by hand: six times otherwise. */
function pictureOf({ id, load }: SampleBase): Promise<RgbImage> {
  const picture = decoded.get(id) ?? load();
  decoded.set(id, picture);
  return picture;
}

describe.skipIf(!existsSync(models) || !existsSync(kitti))(
  'public networks (skipped where ../shared is absent)',
  () => {
    it.each(publicNetworks)(
      '$file is recognised, wrong ways are visibly worse, and it finds what it finds by hand',
      async ({ file, family, usual, byHand }) => {
        const network = await readNetworkFile(`${models}${file}.onnx`);
        const known = knowDetector(network, choices());
        expect(known.family).toBe(family);
        const pictures = await labelledPictures(kitti, 'kitti', undefined, 24);
        const range = known.usualFeeding.range;
        const adopted = await adoptDetector(
          { ...known, decodings: known.decodings.slice(0, 1) },
          choices({ feeding: { range, padValue: 114 } }),
          pictures,
        );
        expect(adopted.bundle.manifest.input.spec).toMatchObject(usual);
        const { chosen, trials } = adopted;
        const scoreAt = (changes: object) =>
          trials.find(({ feeding }) =>
            isDeepStrictEqual(feeding, { ...chosen!.feeding, ...changes }),
          )!.score.value;
        expect(scoreAt({ colour: 'rgb' })).toBeLessThan(chosen!.score.value - 0.05);
        const wrongFit = usual.fit === 'stretch' ? 'letterbox' : 'stretch';
        expect(scoreAt({ fit: wrongFit })).toBeLessThan(chosen!.score.value - 0.05);
        const all = await openDataset('kitti', kitti, { task: 'detection' });
        const seen = new Set(pictures.map(({ id }) => id));
        const samples = all.samples
          .filter(({ id }) => !seen.has(id))
          .map((sample) => ({ ...sample, load: () => pictureOf(sample) }));
        const others = { ...all, samples };
        const { vehicles } = (await runEvaluation(adopted.bundle, others)).metrics;
        const decode = adopted.bundle.manifest.decode as CandidateOutputSpec;
        const session = NativeSession.load(network.bytes, file);
        const names = { input: network.inputs[0]!.name, outputs: network.outputNames };
        const plain = [];
        for (const sample of others.samples)
          plain.push({
            truth: sample.boxes as KittiBox[],
            found: foundByHand(session, names, byHand, decode, await sample.load()),
          });
        session.release();
        const expected = vehiclesFound(plain, decode.scoreThreshold);
        expect(expected.recall).toBeGreaterThan(0.65);
        expect(Math.abs(vehicles!.recall - expected.recall)).toBeLessThan(0.02);
        expect(Math.abs(vehicles!.precision - expected.precision)).toBeLessThan(0.02);
      },
    );
  },
);
