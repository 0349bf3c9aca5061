import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';

/** Below this absolute value a correlation proves nothing. */
const leastCorrelation = 0.3;

/** Comparison of a steering network with a driver. */
export interface SteeringCheck {
  frames: number;
  correlation: number;
  /** Least-squares factor from the network's angle to the driver's: 1 if the unit is right. */
  gain: number;
  /** One line for people. */
  told: string;
}

/**
 * Runs a steering bundle on a recorded drive and compares it with the driver. Rejects as refuseTurned throws and as
 * runEvaluation does.
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

/** Throws ERR_USAGE if a network steers against the driver: its sign is then reversed. */
export function refuseTurned(correlation: number, where: string, told: string): void {
  if (correlation > -leastCorrelation) return;
  throw new PerceptionError(
    'ERR_USAGE',
    `${where}: the sign is turned: expected the network to steer with the driver, found ${told}; --positive says the other side`,
  );
}
