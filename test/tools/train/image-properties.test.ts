import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { ModelProtoSchema } from '../../../src/onnx/gen/onnx_pb.js';
import { imageProperties } from '../../../tools/train/image-properties.js';
import { makeBundle } from '../../../tools/train/make-bundle.js';
import { recipeSchema } from '../../../tools/train/recipe.js';
import { taskTraining } from '../../../tools/train/tasks/task-table.js';

/** Every value that ONNX lists, by property. */
const listed: Readonly<Record<string, readonly string[]>> = {
  'Image.BitmapPixelFormat': ['Gray8', 'Rgb8', 'Bgr8', 'Rgba8', 'Bgra8'],
  'Image.ColorSpaceGamma': ['Linear', 'SRGB'],
  'Image.NominalPixelRange': [
    'NominalRange_0_255',
    'Normalized_0_1',
    'Normalized_1_1',
    'NominalRange_16_235',
  ],
};

const spec = (colour: InputSpec['colour'], mean: number, scale: number) =>
  ({ colour, mean: [mean, mean, mean], scale: [scale, scale, scale] }) as unknown as InputSpec;

test('what a network is given is said in the values that ONNX lists', () => {
  expect(imageProperties(spec('rgb', 127.5, 1 / 127.5))).toMatchObject({
    'Image.BitmapPixelFormat': 'Rgb8',
    'Image.ColorSpaceGamma': 'SRGB',
    'Image.NominalPixelRange': 'Normalized_1_1',
  });
  expect(imageProperties(spec('bgr', 0, 1))).toMatchObject({
    'Image.BitmapPixelFormat': 'Bgr8',
    'Image.NominalPixelRange': 'NominalRange_0_255',
  });
  expect(imageProperties(spec('rgb', 0, 1 / 255))).toMatchObject({
    'Image.NominalPixelRange': 'Normalized_0_1',
  });
});

test('what ONNX has no value for is left out, and stands under names of ours', () => {
  const yuv = imageProperties(spec('yuv', 127.5, 1 / 127.5));
  expect(yuv['Image.BitmapPixelFormat']).toBeUndefined();
  expect(yuv['windshield.colour']).toBe('yuv');
  const imagenet = imageProperties({
    ...spec('rgb', 0, 1),
    mean: [123.675, 116.28, 103.53],
    scale: [0.0171, 0.0175, 0.0174],
  });
  expect(imagenet['Image.NominalPixelRange']).toBeUndefined();
  expect(imagenet['windshield.mean']).toBe('123.675,116.28,103.53');
});

test('every trained network is a file whose input is denoted a picture, with listed values alone', () => {
  for (const task of ['signs', 'steering'] as const) {
    const recipe = recipeSchema.parse({
      task,
      seed: 1,
      epochs: 1,
      samplesPerEpoch: 8,
      batch: 8,
      optimizer: { peakRate: 0.001 },
      augmentation: {},
      data: [{ format: task === 'signs' ? 'gtsrb-packed' : 'udacity', folder: 'unused' }],
    });
    const training = taskTraining(recipe);
    const model = training.buildNetwork(1);
    const story = { version: '1.0.0', training: { data: [], seed: 1, command: '' }, scores: {} };
    const { files } = makeBundle(model, training, story);
    const { graph, metadataProps } = fromBinary(ModelProtoSchema, files.network);
    const type = graph!.input[0]!.type!;
    expect(type.denotation).toBe('IMAGE');
    expect(type.tensorType!.shape!.dim.map(({ denotation }) => denotation)).toEqual([
      'DATA_BATCH',
      'DATA_CHANNEL',
      'DATA_FEATURE',
      'DATA_FEATURE',
    ]);
    const said = metadataProps.filter(({ key }) => key.startsWith('Image.'));
    expect(said.length).toBeGreaterThan(0);
    for (const { key, value } of said) expect(listed[key], key).toContain(value);
  }
});
