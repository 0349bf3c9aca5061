import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { groundFromCameraRotation } from '../../src/calibration/ground.js';
import { readPngSamples } from '../../src/codec/png-samples.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { cameraTransform, maskOf } from '../../src/viewer/foxglove-messages.js';

/** v turned by a unit quaternion. */
function turned({ x, y, z, w }: Record<'x' | 'y' | 'z' | 'w', number>, v: readonly number[]) {
  const cross = (a: readonly number[], b: readonly number[]) => [
    a[1]! * b[2]! - a[2]! * b[1]!,
    a[2]! * b[0]! - a[0]! * b[2]!,
    a[0]! * b[1]! - a[1]! * b[0]!,
  ];
  const t = cross([x, y, z], v).map((part) => 2 * part);
  const u = cross([x, y, z], t);
  return v.map((part, i) => part + w * t[i]! + u[i]!);
}

describe('the class map as a picture', () => {
  it('has a colour for every class of a network of others, ours in ours', () => {
    const classNames = ['road', 'wall', ...Array.from({ length: 60 }, (_, i) => `other ${i}`)];
    const runClasses = Uint8Array.of(0, 1, 61);
    const segmentation = { widthPx: 3, heightPx: 1, runLengths: [1, 1, 1], runClasses, classNames };
    const mask = maskOf(create(PerceptionFrameSchema, { segmentation }), 1n)!;
    const { samples, paletteRgb } = readPngSamples(mask.data);
    expect([...samples]).toEqual([0, 1, 61]);
    expect(paletteRgb).toHaveLength(62 * 3);
    expect([...paletteRgb!.subarray(0, 3)]).toEqual([128, 64, 128]);
    const colours = new Set(
      Array.from({ length: 62 }, (_, i) => paletteRgb!.subarray(3 * i, 3 * i + 3).join()),
    );
    expect(colours.size).toBe(62);
  });
});

describe('the transform of the camera', () => {
  it('is the mount, as boxes are placed on the road by it', () => {
    for (const [pitchRad, yawRad, rollRad] of [
      [0, 0, 0],
      [0.3, -0.2, 0.1],
      [-0.9, 2.8, -3],
      [1.1, -1.5, 1.6],
    ] as const) {
      const mount = { heightM: 1.4, pitchRad, yawRad, rollRad };
      const { rotation, translation } = cameraTransform(1n, mount);
      expect(translation?.z).toBe(1.4);
      const r = groundFromCameraRotation(mount);
      for (const [axis, v] of [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ].entries())
        for (const [row, part] of turned(rotation!, v).entries())
          expect(part).toBeCloseTo(r[row * 3 + axis]!, 9);
    }
  });

  it('looks straight ahead from the origin where no mount is known', () => {
    const { rotation, translation } = cameraTransform(1n);
    expect(translation?.z).toBe(0);
    expect([rotation?.x, rotation?.y, rotation?.z, rotation?.w]).toEqual([-0.5, 0.5, -0.5, 0.5]);
  });
});
