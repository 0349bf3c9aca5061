import { expect, test } from 'vitest';
import type { Dataset, SteeringSample } from '../../../../tools/datasets/sample.js';
import { smoothSteering } from '../../../../tools/train/tasks/smooth-steering.js';

function drive(samples: Partial<SteeringSample>[]): Dataset<'steering'> {
  return {
    task: 'steering',
    name: 'pulses',
    licence: 'none',
    problems: [],
    holdOut: 'last-fifth',
    samples: samples.map((sample, index) => ({
      id: `${index}.jpg`,
      group: 'one',
      camera: 'centre',
      steeringRad: 0,
      load: async () => ({ widthPx: 1, heightPx: 1, data: new Uint8Array(3) }),
      ...sample,
    })),
  };
}
const anglesOf = ({ samples }: Dataset<'steering'>) =>
  samples.map(({ steeringRad }) => steeringRad);

test('a pulse spreads over its neighbours in the drive, as a bell, and nothing of it is lost', () => {
  const pulse = Array.from({ length: 41 }, (_, i) => ({
    timeS: i * 0.07,
    steeringRad: i === 20 ? 0.4 : 0,
  }));
  const angles = anglesOf(smoothSteering(drive(pulse), 2));
  expect(angles.reduce((sum, angle) => sum + angle, 0)).toBeCloseTo(0.4, 6);
  expect(angles[18]! / angles[20]!).toBeCloseTo(Math.exp(-0.5), 6);
  expect(angles[22]).toBeCloseTo(angles[18]!, 12);
  expect(angles[13]).toBe(0);
});

test('other cameras, other times and pictures that are no part of a drive have no say', () => {
  const left = { camera: 'left', steeringRad: 0.3 } as const;
  const angles = anglesOf(
    smoothSteering(
      drive([
        { timeS: 0, steeringRad: 0.1 },
        { timeS: 0, ...left },
        { timeS: 1.5, steeringRad: -0.1 },
        { steeringRad: 0.2 },
        { steeringRad: -0.2 },
      ]),
      2,
    ),
  );
  expect(angles).toEqual([0.1, 0.3, -0.1, 0.2, -0.2]);
});

test('without a width the data set stays the one it is', () => {
  const dataset = drive([{ timeS: 0, steeringRad: 0.1 }]);
  expect(smoothSteering(dataset, 0)).toBe(dataset);
});
