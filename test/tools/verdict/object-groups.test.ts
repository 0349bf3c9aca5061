import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { matchPairs } from '../../../tools/verdict/matched-pair.js';
import { objectFindings } from '../../../tools/verdict/object-findings.js';
import { groupObjects } from '../../../tools/verdict/object-groups.js';
import { strictRules } from '../../../tools/verdict/rules.js';

const framesPerLife = 10;

/** A life of a supervised pipeline, in which track 1 is an object at this place; without one, none. */
const life = (epoch: number, left: number | undefined): PerceptionFrame[] =>
  Array.from({ length: framesPerLife }, (_, frameId) =>
    create(PerceptionFrameSchema, {
      epoch,
      frameId: BigInt(frameId),
      detections:
        left === undefined
          ? []
          : [
              {
                className: 'car',
                score: 0.9,
                trackId: 1,
                boxPx: { xMin: left, yMin: 10, xMax: left + 40, yMax: 50 },
              },
            ],
    }),
  );

test('track numbers that start again with a new life of the pipeline are other objects', () => {
  const reference = [...life(0, 0), ...life(1, 300)];
  const candidate = [...life(0, 0), ...life(1, undefined)];
  const pairs = reference.map((frame, index) => ({
    frameId: Number(frame.frameId),
    epoch: frame.epoch,
    timeS: Number(frame.frameId) / 10,
    reference: frame,
    candidate: candidate[index]!,
    isIdentical: false,
    map: undefined,
  }));
  const groups = groupObjects(matchPairs(pairs));
  expect(groups).toHaveLength(2);
  const findings = objectFindings(groups, strictRules.limits);
  expect(findings.map(({ kind }) => kind)).toEqual(['object-lost']);
});
