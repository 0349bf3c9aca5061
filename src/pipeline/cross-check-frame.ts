import type { Manifest } from '../bundle/manifest.js';
import type { SegmentationOutputSpec } from '../bundle/output-spec.js';
import type { SteeringCheckResult } from '../perception/results.js';
import { drivableOf } from '../perception/segmentation/free-space.js';
import { SteeringCrossCheck } from '../perception/steering/cross-check.js';
import type { FusedAnswers, SteeringCheckSettings } from '../stages/stage-fusion.js';
import type { StandingCamera } from '../stages/standing-camera.js';

/** Undefined where a frame's steering or class map is missing. */
export type CrossCheck = (answers: FusedAnswers) => SteeringCheckResult | undefined;

/** Undefined where nobody asked for it, or where it is not known how the camera stands above the road. */
export function crossCheckOf(
  asked: SteeringCheckSettings | undefined,
  standing: StandingCamera | undefined,
  manifest: Manifest | undefined,
): CrossCheck | undefined {
  if (asked === undefined || standing === undefined || manifest === undefined) return undefined;
  const { speedMps, aheadS, laneWidthM, drivesOn } = asked;
  const check = new SteeringCrossCheck(
    { aheadM: speedMps * aheadS, laneWidthM, drivesOn },
    {
      ...standing,
      input: manifest.input.spec,
      isDrivable: drivableOf(manifest.decode as SegmentationOutputSpec),
    },
  );
  return ({ steering, segmentation }) =>
    steering && segmentation && check.check(steering.curvaturePerM, segmentation);
}
