import { describe, expect, it } from 'vitest';
import {
  adoptSegmentation,
  knowSegmentation,
  type SegmentationChoices,
} from '../../../tools/adopt/adopt-segmentation.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';
import { colourNetwork, colourPicture } from '../../support/colour-network.js';

const choices = (changes: Partial<SegmentationChoices> = {}): SegmentationChoices => ({
  feeding: {},
  name: 'tiny',
  version: '1.0.0',
  from: 'tiny.onnx',
  licence: 'MIT',
  command: 'none',
  ...changes,
});

const classNames = ['road', 'sky', 'vegetation', 'wall'];

describe('adopting a segmentation network', () => {
  it('enlarges scores at a quarter, merges names and finds the feeding by mIoU', async () => {
    const network = await parseNetwork(colourNetwork('scores'), 'segformer.onnx');
    const wanted = choices({ classNames });
    const known = knowSegmentation(network, wanted);
    expect(known.reasons.join('\n')).toContain('scores at 16x8 are enlarged to the input’s 64x32');
    const adopted = await adoptSegmentation(known, wanted, [
      colourPicture('a'),
      colourPicture('b'),
    ]);
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
    const adopted = await adoptSegmentation(known, wanted, [colourPicture('a')]);
    const { decode } = adopted.bundle.manifest;
    expect('classes' in decode && decode.classes).toHaveLength(shared);
    expect(adopted.bundle.manifest.input.spec.colour).toBe('rgb');
    expect(adopted.chosen!.score.value).toBeGreaterThan(0.8);
  });

  it('feeds and reads float16, with the scores of its float32 twin', async () => {
    const wanted = choices({ classNames, feeding: { range: '0..1' } });
    const twins = await Promise.all(
      (['float16', 'float32'] as const).map(async (dtype) => {
        const network = await parseNetwork(colourNetwork('scores', dtype), `${dtype}.onnx`);
        return adoptSegmentation(knowSegmentation(network, wanted), wanted, [colourPicture('a')]);
      }),
    );
    const [half, whole] = twins.map(({ bundle }) => bundle.manifest);
    expect(half!.input.tensor.dtype).toBe('float16');
    expect(half!.outputs[0]!.dtype).toBe('float16');
    expect(half!.input.spec).toEqual(whole!.input.spec);
    expect(half!.scores).toEqual(whole!.scores);
  });

  it('guesses by steadiness without labels', async () => {
    const network = await parseNetwork(colourNetwork('scores'), 'segformer.onnx');
    const wanted = choices({ classNames });
    const { id, image } = colourPicture('a');
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
