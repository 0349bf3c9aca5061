import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { decodeImage, overlaySvgPng } from '../../src/codec/image-codec.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { blendMask } from '../../src/viewer/blend-mask.js';
import { overlaySvg } from '../../src/viewer/overlay-svg.js';

const frame = create(PerceptionFrameSchema, {
  frameId: 7n,
  widthPx: 320,
  heightPx: 240,
  detections: [
    { className: 'car', score: 0.81, boxPx: { xMin: 20, yMin: 60, xMax: 120, yMax: 140 } },
    { className: 'traffic_sign', score: 0.9, boxPx: { xMin: 200, yMin: 30, xMax: 240, yMax: 70 } },
  ],
  signs: [{ classId: 1, className: 'speed_limit_30', probability: 0.97, detectionIndex: 1 }],
  steering: { angleRad: 0.1, isLimited: true },
});

describe('the overlay', () => {
  it('names the sign that was read instead of the box it stands in', () => {
    const svg = overlaySvg(frame);
    expect(svg).toContain('car 81 %');
    expect(svg).toContain('speed limit 30 97 %');
    expect(svg).not.toContain('traffic sign 90 %');
    expect(svg).toContain('5.7° left (limited)');
  });

  it('draws its boxes where they are', async () => {
    const black = { widthPx: 320, heightPx: 240, data: new Uint8Array(320 * 240 * 3) };
    const { data } = await decodeImage(await overlaySvgPng(black, overlaySvg(frame)));
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3),
    ];
    expect(pixel(20, 100)[2]).toBeGreaterThan(150);
    expect(pixel(70, 100)).toEqual([0, 0, 0]);
  });

  it('keeps a name that looks like markup as text', () => {
    const hostile = create(PerceptionFrameSchema, {
      widthPx: 10,
      heightPx: 10,
      detections: [
        { className: '<script>&', score: 1, boxPx: { xMin: 0, yMin: 0, xMax: 5, yMax: 5 } },
      ],
    });
    expect(overlaySvg(hostile)).not.toContain('<script>');
  });
});

describe('the blended mask', () => {
  it('colours pixels by the class at their place and leaves alone what the network did not see', () => {
    const picture = { widthPx: 4, heightPx: 1, data: new Uint8Array(12).fill(100) };
    const map = {
      classes: Uint8Array.of(0, 1),
      paletteRgb: [
        [0, 0, 0],
        [200, 100, 0],
      ] as [number, number, number][],
    };
    blendMask(picture, map, Int32Array.of(0, 0, 1, -1));
    expect([...picture.data]).toEqual([55, 55, 55, 55, 55, 55, 145, 100, 55, 100, 100, 100]);
  });
});
