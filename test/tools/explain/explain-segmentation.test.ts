import { expect, it } from 'vitest';
import {
  adoptSegmentation,
  knowSegmentation,
  type SegmentationChoices,
} from '../../../tools/adopt/adopt-segmentation.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';
import { explainPicture } from '../../../tools/explain/explain-picture.js';
import { colourNetwork, colourPicture, type Head } from '../../support/colour-network.js';

const { image } = colourPicture('a');

/** What is said of a point of the picture by an adopted network that answers by this head. */
async function explained(head: Head, classNames: string[], pointPx: [number, number]) {
  const choices: SegmentationChoices = {
    classNames,
    feeding: { colour: 'rgb', range: '0..1', fit: 'stretch', padValue: 0 },
    name: 'tiny',
    version: '1.0.0',
    from: 'tiny.onnx',
    licence: 'MIT',
    command: 'none',
  };
  const network = await parseNetwork(colourNetwork(head), 'tiny.onnx');
  const { bundle } = await adoptSegmentation(knowSegmentation(network, choices), choices, []);
  const request = {
    bundle,
    camera: undefined,
    picture: image,
    method: 'occlusion',
    pointPx,
  } as const;
  return (await explainPicture(request)).answer;
}

const names = ['road', 'sky', 'vegetation', 'wall'];

it.each([
  ['scores', [10, 24], /^road .*: 0\.[6-9]/],
  ['scores', [32, 4], /^sky .*: 0\.[6-9]/],
  ['channels-last', [32, 4], /^sky .*: 0\.[6-9]/],
  ['channels-last', [8, 4], /^tree .*: 0\.[6-9]/],
] as const)(
  'a head of %s is asked about a point by the names that are published',
  async (head, at, said) => {
    expect(await explained(head, names, [...at])).toMatch(said);
  },
);

it('channels that became one class are added up', async () => {
  expect(await explained('scores', ['road', 'sky', 'wall', 'wall'], [8, 4])).toMatch(
    /^building .*: 0\.[7-9]/,
  );
});

it('a mask says how surely a point is of its second class', async () => {
  expect(await explained('mask', ['background', 'road'], [10, 24])).toMatch(/^road .*: 0\.[7-9]/);
  expect(await explained('mask', ['background', 'road'], [32, 4])).toMatch(/^background/);
});

it('a network that gives class numbers alone cannot be asked', async () => {
  await expect(explained('class-ids', names, [10, 24])).rejects.toThrow(
    /expected a network that answers with scores/,
  );
});
