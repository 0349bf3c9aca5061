import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { SegmentationEncoder } from '../../src/messages/segmentation-encoder.js';
import { decodeWithoutSegmentation } from '../../src/messages/without-segmentation.js';

const fields = { frameId: 7n, mode: 'slow', health: ['uncertified'] };
const plain = create(PerceptionFrameSchema, fields);
const map = {
  widthPx: 2,
  heightPx: 1,
  runLengths: Uint32Array.of(2),
  runClasses: Uint8Array.of(1),
  classShares: Float32Array.of(0, 1),
  freeSpaceNorm: Float32Array.of(1, 1),
};

test('a frame as the pipeline writes it is decoded without its class map', () => {
  const bytes = new SegmentationEncoder(['road', 'sky']).append(
    toBinary(PerceptionFrameSchema, plain),
    map,
  );
  expect(decodeWithoutSegmentation(bytes)).toEqual(plain);
});

test('a class map that stands in the middle is left out, too', () => {
  const whole = create(PerceptionFrameSchema, {
    ...fields,
    segmentation: { widthPx: 2, heightPx: 1 },
  });
  const frame = decodeWithoutSegmentation(toBinary(PerceptionFrameSchema, whole));
  expect(toBinary(PerceptionFrameSchema, frame)).toEqual(toBinary(PerceptionFrameSchema, plain));
});
