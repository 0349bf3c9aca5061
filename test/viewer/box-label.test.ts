import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  DetectionSchema,
  GroundPointSchema,
  SignSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel } from '../../src/viewer/box-label.js';

describe('what stands at a box', () => {
  const car = create(DetectionSchema, { className: 'parked_car', score: 0.874 });

  it('is the class with its score', () => {
    expect(boxLabel(car, undefined)).toBe('parked car 87 %');
  });

  it('ends in how far ahead it stands, where a mount tells that', () => {
    const standing = create(DetectionSchema, {
      ...car,
      groundM: create(GroundPointSchema, { forward: 23.4 }),
    });
    expect(boxLabel(standing, undefined)).toBe('parked car 87 % 23 m');
  });

  it('is what the sign says, once that was read', () => {
    const box = create(DetectionSchema, { className: 'traffic_sign', score: 0.9 });
    const sign = create(SignSchema, { className: 'speed_limit_60', classId: 3, probability: 0.99 });
    expect(boxLabel(box, sign)).toBe('speed limit 60 99 %');
    expect(boxLabel(box, create(SignSchema, { ...sign, classId: -1 }))).toBe('traffic sign 90 %');
  });

  it('is white for a class that is not known, whatever its name', () => {
    expect(boxColour('constructor')).toBe('#ffffff');
  });
});
