import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  DetectionSchema,
  GroundPointSchema,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel } from '../../src/viewer/box-label.js';
import { readingsByBox } from '../../src/viewer/box-reading.js';

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
    const signs = [{ className: 'speed_limit_60', classId: 3, probability: 0.99 }];
    const label = (frame: object) =>
      boxLabel(box, readingsByBox(create(PerceptionFrameSchema, frame)).get(0));
    expect(label({ signs })).toBe('speed limit 60 99 %');
    expect(label({ signs: [{ ...signs[0], classId: -1 }] })).toBe('traffic sign 90 %');
  });

  it('is the light with its state, in the colour that it shows', () => {
    const detections = [0, 1, 2, 3].map(() => ({ className: 'traffic_light', score: 0.8 }));
    const lights = [
      { classId: 0, className: 'red', probability: 0.93, detectionIndex: 0 },
      {
        classId: 1,
        className: 'green',
        probability: 0.9,
        detectionIndex: 1,
        labels: [{ name: 'green' }, { name: 'left' }],
      },
      { classId: -1, probability: 0.4, detectionIndex: 2 },
    ];
    const frame = create(PerceptionFrameSchema, { detections, lights });
    const readings = readingsByBox(frame);
    const shown = frame.detections.map((box, index) => [
      boxLabel(box, readings.get(index)),
      boxColour(box.className, readings.get(index)),
    ]);
    expect(shown).toEqual([
      ['traffic light red 93 %', '#ff4d4d'],
      ['traffic light green+left 90 %', '#2ee66b'],
      ['traffic light 80 %', '#ffd60a'],
      ['traffic light 80 %', '#ffd60a'],
    ]);
  });

  it('is white for a class that is not known, whatever its name', () => {
    expect(boxColour('constructor')).toBe('#ffffff');
  });
});
