import type { Manifest, Task } from '../bundle/manifest.js';
import type { SegmentationOutputSpec, SteeringOutputSpec } from '../bundle/output-spec.js';
import { Hysteresis } from '../frame/hysteresis.js';
import type { SteeringCheckResult } from '../perception/results.js';
import { drivableOf } from '../perception/segmentation/free-space.js';
import { disagrees, SteeringCrossCheck } from '../perception/steering/cross-check.js';
import { curvatureFromSteering } from '../perception/steering/steering.js';
import type { FusedAnswers, SteeringCheckSettings } from '../stages/stage-fusion.js';
import type { StandingCamera } from '../stages/standing-camera.js';
import type { CapturedFrame } from './frame-record.js';

/** Compares steering with the road, frame by frame. */
export interface CrossCheck {
  /** Undefined if the frame's steering or class map is missing. */
  check(frame: CheckedFrame, answers: FusedAnswers): SteeringCheckResult | undefined;
  /** `steering_disagrees` or nothing, as of the last frame; the same array until it changes. */
  readonly health: readonly string[];
}

type CheckedFrame = Pick<CapturedFrame, 'sourceTimeNs' | 'driverSteeringRad'>;

/** Health code of steering that leads away from lane or driver. */
const steeringDisagrees: readonly string[] = ['steering_disagrees'];
const agrees: readonly string[] = [];
/** Seconds that a disagreement lasts before it is reported: a shorter one is a fault of one class map. */
const standsS = 0.2;

/** Undefined if not configured, if the camera's place above the road is unknown, or if a stage is missing. */
export function crossCheckOf(
  asked: SteeringCheckSettings | undefined,
  standing: StandingCamera | undefined,
  stages: ReadonlyMap<Task, { manifest: Manifest }>,
): CrossCheck | undefined {
  const map = stages.get('segmentation')?.manifest;
  const wheel = stages.get('steering')?.manifest;
  if (!asked || !standing || !map || !wheel) return undefined;
  const { speedMps, aheadS, laneWidthM, drivesOn, thresholdM } = asked;
  const { wheelbaseM } = wheel.decode as SteeringOutputSpec;
  const isDrivable = drivableOf(map.decode as SegmentationOutputSpec);
  const lines = new SteeringCrossCheck(
    { aheadM: speedMps * aheadS, laneWidthM, drivesOn, thresholdM },
    { ...standing, input: map.input.spec, isDrivable },
  );
  const said = new Hysteresis();
  return {
    check({ sourceTimeNs, driverSteeringRad }, { steering, segmentation }) {
      if (steering === undefined || segmentation === undefined) return undefined;
      const driverPerM =
        driverSteeringRad === undefined
          ? undefined
          : curvatureFromSteering(driverSteeringRad, wheelbaseM);
      const result = lines.check(steering.curvaturePerM, segmentation, driverPerM);
      said.take(disagrees(result), sourceTimeNs, standsS, standsS);
      return result;
    },
    get health() {
      return said.isSaid ? steeringDisagrees : agrees;
    },
  };
}
