import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { segmentationClasses } from '../../../src/perception/classes.js';
import {
  adoptSegmentation,
  knowSegmentation,
  type SegmentationChoices,
} from '../../../tools/adopt/adopt-segmentation.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';
import type { MaskPicture } from '../../../tools/adopt/score-segmentation.js';

const choices = (changes: Partial<SegmentationChoices> = {}): SegmentationChoices => ({
  feeding: {},
  name: 'tiny',
  version: '1.0.0',
  from: 'tiny.onnx',
  licence: 'MIT',
  command: 'none',
  ...changes,
});

type Head = 'scores' | 'channels-last' | 'class-ids' | 'mask';

/**
 * Reads an input of 64x32 a quarter as fine, as SegFormer does: red beyond 0.5 is class 0, blue class 1, green class 2.
 * Other ranges than 0 to 1 drown the bias of class 3.
 */
function colourNetwork(head: Head): Uint8Array {
  const graph = new OnnxGraph('colours');
  graph.input('pixel_values', [1, 3, 32, 64]);
  const small = graph.node('AveragePool', ['pixel_values'], {
    kernel_shape: [4, 4],
    strides: [4, 4],
  });
  const weights = [2, -1, -1, -1, -1, 2, -1, 2, -1, 0, 0, 0];
  const scores = graph.node(
    'Conv',
    [
      small,
      graph.constant('w', [4, 3, 1, 1], Float32Array.from(weights)),
      graph.constant('b', [4], Float32Array.of(0, 0, 0, 0.3)),
    ],
    { kernel_shape: [1, 1] },
    head === 'scores' ? 'logits' : undefined,
  );
  if (head === 'scores') graph.output('logits', [1, 4, 8, 16]);
  if (head === 'channels-last') {
    graph.node('Transpose', [scores], { perm: [0, 2, 3, 1] }, 'logits');
    graph.output('logits', [1, 8, 16, 4]);
  }
  if (head === 'class-ids') {
    graph.node('ArgMax', [scores], { axis: 1, keepdims: 0 }, 'map');
    graph.output('map', [1, 8, 16], 'int64');
  }
  if (head === 'mask') {
    const red = graph.node('Slice', [
      scores,
      graph.ints('from', [0]),
      graph.ints('to', [1]),
      graph.ints('axis', [1]),
    ]);
    graph.node('Sigmoid', [red], {}, 'mask');
    graph.output('mask', [1, 1, 8, 16]);
  }
  return graph.toBytes();
}

/** A red road below, a blue sky above, a green tree and something grey. */
function picture(id: string): MaskPicture {
  const [widthPx, heightPx] = [64, 32];
  const data = new Uint8Array(widthPx * heightPx * 3);
  const truth = new Uint8Array(widthPx * heightPx);
  for (let row = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++) {
      const at = row * widthPx + column;
      const isRoad = row >= 16;
      const isTree = row < 16 && column < 24;
      const isGrey = row < 16 && column > 48;
      const [name, colour] = isRoad
        ? (['road', [220, 10, 10]] as const)
        : isTree
          ? (['tree', [10, 220, 10]] as const)
          : isGrey
            ? (['building', [60, 60, 60]] as const)
            : (['sky', [10, 10, 220]] as const);
      data.set(colour, at * 3);
      truth[at] = segmentationClasses.indexOf(name);
    }
  }
  return { id, image: { widthPx, heightPx, data }, truth };
}

const classNames = ['road', 'sky', 'vegetation', 'wall'];

describe('adopting a segmentation network', () => {
  it('enlarges scores at a quarter, merges names and finds the feeding by mIoU', async () => {
    const network = await parseNetwork(colourNetwork('scores'), 'segformer.onnx');
    const wanted = choices({ classNames });
    const known = knowSegmentation(network, wanted);
    expect(known.reasons.join('\n')).toContain('scores at 16x8 are enlarged to the input’s 64x32');
    const adopted = await adoptSegmentation(known, wanted, [picture('a'), picture('b')]);
    const { decode, input, scores } = adopted.bundle.manifest;
    expect(decode).toMatchObject({
      classes: ['road', 'sky', 'tree', 'building'],
      enlargeTo: { widthPx: 64, heightPx: 32 },
      drivable: ['road'],
    });
    expect(input.spec).toMatchObject({ colour: 'rgb', fit: 'stretch' });
    expect(Object.values(scores)[0]!.mIoU).toBeGreaterThan(0.9);
    const swapped = adopted.trials.find(
      ({ feeding }) => feeding.colour === 'bgr' && feeding.range === adopted.chosen!.feeding.range,
    );
    expect(swapped!.score.value).toBeLessThan(0.6);
  });

  it.each([
    { head: 'channels-last' as const, read: { order: 'channels-last' }, shared: 4 },
    { head: 'class-ids' as const, read: { values: 'class-ids' }, shared: 4 },
    { head: 'mask' as const, read: { values: 'probability' }, shared: 2 },
  ])('reads a head of $head', async ({ head, read, shared }) => {
    const network = await parseNetwork(colourNetwork(head), `${head}.onnx`);
    const names = head === 'mask' ? ['background', 'road'] : classNames;
    const wanted = choices({ classNames: names, feeding: { range: '0..1' } });
    const known = knowSegmentation(network, wanted);
    expect(known.decodings[0]).toMatchObject(read);
    const adopted = await adoptSegmentation(known, wanted, [picture('a')]);
    const { decode } = adopted.bundle.manifest;
    expect('classes' in decode && decode.classes).toHaveLength(shared);
    expect(adopted.bundle.manifest.input.spec.colour).toBe('rgb');
    expect(adopted.chosen!.score.value).toBeGreaterThan(0.8);
  });

  it('guesses by steadiness without labels', async () => {
    const network = await parseNetwork(colourNetwork('scores'), 'segformer.onnx');
    const wanted = choices({ classNames });
    const { id, image } = picture('a');
    const adopted = await adoptSegmentation(knowSegmentation(network, wanted), wanted, [
      { id, image },
    ]);
    expect(adopted.triedOn).toBe('steadiness');
    expect(adopted.bundle.manifest.scores).toEqual({});
  });

  it('asks for classes that nothing names, and refuses those that do not fit', async () => {
    const network = await parseNetwork(colourNetwork('scores'), 'segformer.onnx');
    expect(() => knowSegmentation(network, choices())).toThrow(/expected --classes .* 4 classes/);
    const two = choices({ classNames: ['road', 'sky'] });
    expect(() => knowSegmentation(network, two)).toThrow(
      /of 2 classes, found logits \[1, 4, 8, 16\]/,
    );
    const odd = choices({ classNames, drivable: ['lava'] });
    expect(() => knowSegmentation(network, odd)).toThrow(/--drivable: .* found "lava"/);
  });
});
