import { egoCar } from '../vehicle/ego-car.js';

/** Result of one step. */
export interface StepOutcome {
  progressM: number;
  /** Offset from the lane's centre, metres. */
  offsetM: number;
  laneWidthM: number;
  /** How far the wheels turned within the step. */
  turnedRad: number;
  isFailed: boolean;
}

/** Deducted for leaving the lane: as much as 20 m of good driving. */
const failurePenalty = 20;
/** Deducted for each radian the wheels turn, because passengers dislike shaking. */
const turnPenaltyPerRad = 2;

/**
 * One for each metre driven on the lane's centre, less towards its border (by the square of the offset's share of the
 * lane's free width next to the car), less for turning the wheels, and 20 less for leaving the lane.
 */
export function rewardOf(step: StepOutcome): number {
  const { progressM, offsetM, laneWidthM, turnedRad, isFailed } = step;
  const roomM = (laneWidthM - egoCar.widthM) / 2;
  const share = Math.min(1, Math.abs(offsetM) / roomM);
  const driven = progressM * (1 - share * share) - turnPenaltyPerRad * Math.abs(turnedRad);
  return isFailed ? driven - failurePenalty : driven;
}
