import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';

/** Below this a correlation proves nothing, either way. */
const leastCorrelation = 0.3;

/** How a steering network goes with a driver. */
export interface SteeringCheck {
  frames: number;
  correlation: number;
  /** The driver's angle by the network's, of least squares: 1 where the unit is right. */
  gain: number;
  /** One line for people. */
  told: string;
}

/**
 * Lets a steering bundle see a driven recording and compares. Throws as refuseTurned
 * does, rejects as runEvaluation does.
 */
export async function checkSteering(
  bundle: Bundle,
  drive: Dataset<'steering'>,
  limit: number,
): Promise<SteeringCheck> {
  let product = 0;
  let square = 0;
  const { metrics, count } = await runEvaluation(bundle, drive, {
    limit,
    onObservation: ({ sample, predictedRad }) => {
      product += predictedRad * sample.steeringRad;
      square += predictedRad * predictedRad;
    },
  });
  const { correlation } = metrics;
  const gain = square === 0 ? 0 : product / square;
  const at = `correlation ${correlation.toFixed(2)} with the driver of ${drive.name} on ${count} frames`;
  refuseTurned(correlation, bundle.where, at);
  const told =
    correlation < leastCorrelation
      ? `${at}: that proves neither feeding nor sign`
      : `${at}: the sign is right; the driver steers ${gain.toFixed(2)} times as far`;
  return { frames: count, correlation, gain, told };
}

/** Throws ERR_USAGE where a network steers against the driver, for then its sign is turned. */
export function refuseTurned(correlation: number, where: string, told: string): void {
  if (correlation > -leastCorrelation) return;
  throw new PerceptionError(
    'ERR_USAGE',
    `${where}: the sign is turned: expected the network to steer with the driver, found ${told}; --positive says the other side`,
  );
}
