import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import {
  adoptCropClassifier,
  type CropChoices,
  type CropPicture,
  knowCropClassifier,
} from '../../../tools/adopt/adopt-crops.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';

const choices: CropChoices = {
  kind: 'lights',
  classNames: ['red', 'green', 'off'],
  cropFrom: ['traffic_light'],
  cropMarginNorm: 0.1,
  isMultiLabel: false,
  abstainBelow: 0.5,
  feeding: {},
  name: 'tiny',
  version: '1.0.0',
  from: 'tiny.onnx',
  licence: 'MIT',
  command: 'none',
};

/** Says the colour of the crop; 0.3 stands for none, which other ranges than 0 to 1 drown. */
function lightsNetwork(): Uint8Array {
  const graph = new OnnxGraph('lights');
  graph.input('crops', [1, 3, 8, 8]);
  const mean = graph.node('ReduceMean', ['crops'], { axes: [2, 3], keepdims: 0 });
  const weights = graph.constant('w', [3, 3], Float32Array.of(9, -9, 0, -9, 9, 0, 0, 0, 0));
  const scores = graph.node('MatMul', [mean, weights]);
  const bias = graph.constant('b', [1, 3], Float32Array.of(0, 0, 3));
  graph.node('Softmax', [graph.node('Add', [scores, bias])], { axis: 1 }, 'state');
  graph.output('state', [1, 3]);
  return graph.toBytes();
}

function crop(className: string, colour: number[], edgePx = 16): CropPicture {
  const data = new Uint8Array(edgePx * edgePx * 3).map((_, i) => colour[i % 3]!);
  return { id: className, image: { widthPx: edgePx, heightPx: edgePx, data }, className };
}

const crops = [crop('red', [230, 20, 20]), crop('green', [20, 230, 20]), crop('off', [40, 30, 40])];

describe('adopting a classifier of crops', () => {
  it('finds its feeding by accuracy and makes a bundle for the second classifier', async () => {
    const network = await parseNetwork(lightsNetwork(), 'lights.onnx');
    const known = knowCropClassifier(network, choices);
    const adopted = await adoptCropClassifier(known, choices, crops);
    const { task, decode, input } = adopted.bundle.manifest;
    expect(task).toBe('lights');
    expect(decode).toMatchObject({ values: 'probabilities', cropFrom: ['traffic_light'] });
    expect(adopted.chosen!.score.value).toBe(1);
    expect(input.spec.colour).toBe('rgb');
    const swapped = adopted.trials.find(
      ({ feeding }) => feeding.colour === 'bgr' && feeding.range === adopted.chosen!.feeding.range,
    );
    expect(swapped!.score.value).toBeLessThan(0.7);
  });

  it('does not score a crop that is too small to be read by the answer to the one before', async () => {
    const known = knowCropClassifier(await parseNetwork(lightsNetwork(), 'lights.onnx'), choices);
    const tooSmall = crop('red', [230, 20, 20], 4);
    const adopted = await adoptCropClassifier(known, choices, [...crops, tooSmall]);
    expect(adopted.chosen!.score.value).toBe(1);
  });

  it('scores a network that says each class for itself by sets of labels', async () => {
    const graph = new OnnxGraph('labels');
    graph.input('crops', [1, 3, 8, 8]);
    const mean = graph.node('ReduceMean', ['crops'], { axes: [2, 3], keepdims: 0 });
    const weights = graph.constant('w', [3, 2], Float32Array.of(9, 0, 0, 9, 0, 0));
    const scores = graph.node('MatMul', [mean, weights]);
    const bias = graph.constant('b', [1, 2], Float32Array.of(-4, -4));
    graph.node('Sigmoid', [graph.node('Add', [scores, bias])], {}, 'said');
    graph.output('said', [1, 2]);
    const network = await parseNetwork(graph.toBytes(), 'labels.onnx');
    const own = { ...choices, classNames: ['red', 'green'], isMultiLabel: true };
    const known = knowCropClassifier(network, own);
    const pictures = [
      crop('red', [230, 20, 20]),
      crop('red+green', [230, 230, 20]),
      crop('none', [20, 20, 230]),
      crop('green', [20, 230, 20]),
    ];
    const adopted = await adoptCropClassifier(known, own, pictures);
    expect(adopted.bundle.manifest.decode).toMatchObject({
      answers: 'labels',
      values: 'probabilities',
    });
    expect(adopted.chosen!.feeding).toMatchObject({ colour: 'rgb', range: '0..1' });
    expect(adopted.chosen!.score.value).toBe(1);
  });

  it('asks for as many names as it has classes', async () => {
    const network = await parseNetwork(lightsNetwork(), 'lights.onnx');
    expect(() => knowCropClassifier(network, { ...choices, classNames: ['red', 'green'] })).toThrow(
      /expected --classes with 3 names, found 2/,
    );
  });
});
