import { expect, test } from 'vitest';
import { settingsOf, withSettings } from '../../page/rerun/settings.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import { type OutputSpec, outputSpecSchema } from '../../src/bundle/output-spec.js';
import { dotBundle } from '../support/dot-bundle.js';

const { manifest } = dotBundle();
const manifestOf = (decode: object): Manifest => ({
  ...manifest,
  decode: outputSpecSchema.parse(decode) as OutputSpec,
});
const adopted = (nms: object) =>
  manifestOf({
    kind: 'cell',
    output: 'out',
    classes: ['car'],
    networkClasses: [{ name: 'car', as: 'car' }],
    scoreThreshold: 0.3,
    nms,
    maxDetections: 100,
  });

test.each(['signs', 'lights'])(
  'the slider of a classifier of %s moves where it abstains',
  (kind) => {
    const crops = manifestOf({ ...manifest.decode, kind });
    expect(settingsOf(crops.decode)).toEqual({ abstainBelow: 0.5 });
    const { decode } = withSettings(crops, { abstainBelow: 0.9, scoreThreshold: 0.1 });
    expect(decode).toEqual({ ...crops.decode, abstainBelow: 0.9 });
  },
);

test('a detector that was adopted has the sliders of its decoding', () => {
  const hard = adopted({ method: 'hard', iou: 0.6, byClass: true });
  expect(settingsOf(hard.decode)).toEqual({ scoreThreshold: 0.3, nmsIou: 0.6 });
  expect(withSettings(hard, { scoreThreshold: 0.7, nmsIou: 0.2 }).decode).toEqual({
    ...hard.decode,
    scoreThreshold: 0.7,
    nms: { method: 'hard', iou: 0.2, byClass: true },
  });
  const none = adopted({ method: 'none' });
  expect(settingsOf(none.decode)).toEqual({ scoreThreshold: 0.3 });
  expect(withSettings(none, { nmsIou: 0.2 }).decode).toEqual(none.decode);
});
