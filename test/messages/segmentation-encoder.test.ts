import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { SegmentationEncoder } from '../../src/messages/segmentation-encoder.js';
import { withoutTiming } from '../../src/messages/without-timing.js';

const classNames = ['road', 'sky', 'fußweg'];
const share = fc.float({ noNaN: true });
const someFields = fc.record({
  widthPx: fc.integer({ min: 1, max: 4096 }),
  heightPx: fc.integer({ min: 1, max: 4096 }),
  runs: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(255)), {
    maxLength: 300,
  }),
  classShares: fc.array(share, { maxLength: 12 }),
  freeSpace: fc.array(share, { maxLength: 40 }),
});

test('the bytes are those of the general encoder', () => {
  const encoder = new SegmentationEncoder(classNames);
  fc.assert(
    fc.property(someFields, fc.bigInt(0n, 1n << 60n), (fields, frameId) => {
      const { widthPx, heightPx, runs, classShares, freeSpace } = fields;
      const runLengths = runs.map(([length]) => length);
      const runClasses = Uint8Array.from(runs, ([, id]) => id);
      const payload = toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, { frameId }));
      const appended = encoder.append(payload, {
        widthPx,
        heightPx,
        runLengths: Uint32Array.from(runLengths),
        runClasses,
        classShares: Float32Array.from(classShares),
        freeSpaceNorm: Float32Array.from(freeSpace),
      });
      const segmentation = { widthPx, heightPx, runLengths, runClasses, classShares, freeSpace };
      const whole = create(PerceptionFrameSchema, {
        frameId,
        segmentation: { ...segmentation, classNames },
      });
      // Read and written again, so that the order of the fields is the same.
      expect(withoutTiming(appended)).toEqual(toBinary(PerceptionFrameSchema, whole));
    }),
  );
});

test('a map of more runs than ever before grows the room', () => {
  const encoder = new SegmentationEncoder([]);
  const runLengths = new Uint32Array(50_000).fill(2 ** 31);
  const appended = encoder.append(new Uint8Array(), {
    widthPx: 1,
    heightPx: 1,
    runLengths,
    runClasses: new Uint8Array(50_000),
    classShares: new Float32Array(),
    freeSpaceNorm: new Float32Array(),
  });
  expect(appended.length).toBeGreaterThan(300_000);
  expect(() => withoutTiming(appended)).not.toThrow();
});
