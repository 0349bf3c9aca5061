import { expect, test } from 'vitest';
import { bundleFindings } from '../../../tools/doctor/check-bundles.js';
import type { LaneReading } from '../../../tools/doctor/measure-lanes.js';

/** A lane whose steering network loaded well, and learnt from so many of its pictures without a lens. */
const readingOf = (undistortedShare: number): LaneReading[] => [
  {
    name: 'steering',
    stages: ['steering'],
    answers: [
      {
        type: 'loaded',
        task: 'steering',
        name: 'pilotnet',
        version: '1.0.0',
        sha256: 'a'.repeat(64),
        provider: 'cpu',
        use: 'any',
        undistortedShare,
        isCertified: true,
        maxAbsDifference: 1e-6,
        loadMs: 5,
      },
    ],
    end: { code: 0, signal: null },
  } as unknown as LaneReading,
];

test.each([
  ['without a lens, on a camera without a calibration', 1, false, 'warning'],
  ['without a lens, on a calibrated camera', 1, true, 'ok'],
  ['mostly with a lens, on a camera without a calibration', 0.4, false, 'ok'],
])('a network that learnt from pictures %s is said to be so', (_, share, isCalibrated, state) => {
  const [finding] = bundleFindings(readingOf(share), false, () => isCalibrated);
  expect(finding).toMatchObject({ name: 'bundle steering', state });
  if (state === 'warning') expect(finding!.action).toContain('windshield calibrate');
});
