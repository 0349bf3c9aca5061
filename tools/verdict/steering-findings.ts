import type { Finding } from './finding.js';
import type { FramePair } from './pair-results.js';
import type { Limits } from './rules.js';
import { clockTime, spokenDegrees } from './words.js';

export interface SteeringDifference {
  frames: number;
  meanRad: number;
  mostRad: number;
  mostAtS: number;
  mostFrameId: number;
  mostEpoch: number;
}

/** Undefined if no frame has both angles. */
export function steeringDifference(pairs: readonly FramePair[]): SteeringDifference | undefined {
  let sumRad = 0;
  const found = { frames: 0, mostRad: -1, mostAtS: 0, mostFrameId: 0, mostEpoch: 0 };
  for (const { reference, candidate, timeS, frameId, epoch } of pairs) {
    if (reference.steering === undefined || candidate.steering === undefined) continue;
    const rad = Math.abs(candidate.steering.angleRad - reference.steering.angleRad);
    found.frames++;
    sumRad += rad;
    if (rad > found.mostRad)
      Object.assign(found, {
        mostRad: rad,
        mostAtS: timeS,
        mostFrameId: frameId,
        mostEpoch: epoch,
      });
  }
  return found.frames === 0 ? undefined : { ...found, meanRad: sumRad / found.frames };
}

export function steeringFindings(
  difference: SteeringDifference | undefined,
  limits: Limits,
): Finding[] {
  if (difference === undefined) return [];
  const { meanRad, mostRad, mostAtS, mostFrameId, mostEpoch } = difference;
  const degrees = (rad: number) => (rad * 180) / Math.PI;
  if (degrees(meanRad) <= limits.steeringMeanDeg && degrees(mostRad) <= limits.steeringMostDeg)
    return [];
  const words = `steering differs by ${spokenDegrees(meanRad)} on average, most at ${clockTime(mostAtS)} (${spokenDegrees(mostRad)})`;
  return [{ kind: 'steering', words, timeS: mostAtS, frameId: mostFrameId, epoch: mostEpoch }];
}
