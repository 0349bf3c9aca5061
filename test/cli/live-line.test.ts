import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { formatLiveLine } from '../../cli/live-line.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { steeringBar } from '../../src/stages/steering/summarise-steering.js';

const progress = { framesPublished: 241, framesDropped: 3, publishedRateHz: 19.96 };

test('a frame in one line: number, rate, steering, drops, boxes, signs', () => {
  const frame = create(PerceptionFrameSchema, {
    frameId: 241n,
    detections: [
      { className: 'traffic_sign' },
      { className: 'car' },
      { className: 'car' },
      { className: 'bus' },
    ],
    signs: [
      { classId: -1, probability: 0.4 },
      { classId: 14, className: 'stop', probability: 0.987 },
    ],
    steering: { angleRad: -0.0419 },
    health: ['uncertified'],
  });
  expect(formatLiveLine(frame, progress)).toBe(
    'frame   241   20.0 fps  steer   −2.4° [······┃━·····]  drops 3  uncertified  det 4 (2 car, 1 bus, 1 traffic_sign)  signs stop 0.99, ?',
  );
});

test('a frame of which nothing is known leaves its places empty', () => {
  expect(formatLiveLine(create(PerceptionFrameSchema, {}), progress)).toBe(
    'frame     0   20.0 fps  steer      –  [······┃······]  drops 3  det 0  signs –',
  );
});

describe('the bar', () => {
  test.each([
    [0, '······┃······'],
    [0.14, '····━━┃······'],
    [-0.14, '······┃━━····'],
    [0.4, '━━━━━━┃······'],
    [9, '━━━━━━┃······'],
    [-9, '······┃━━━━━━'],
  ])('of %f rad goes to the side of the wheels and never grows longer', (angleRad, bar) => {
    expect(steeringBar(angleRad)).toBe(bar);
  });
});
