import { bootstrapIntervals } from '../../statistics/bootstrap.js';
import { regressionScores } from '../regression.js';
import type { IntervalCollector } from './interval-collector.js';

/**
 * Frames that are drawn together: about two seconds of a drive, because consecutive steering angles are
 * correlated (block bootstrap: Künsch 1989).
 */
const blockFrames = 30;

/** Error and correlation over blocks of consecutive frames. */
export function steeringIntervals(): IntervalCollector<'steering'> {
  const truth: number[] = [];
  const predicted: number[] = [];
  return {
    add({ sample, predictedRad }) {
      truth.push(sample.steeringRad);
      predicted.push(predictedRad);
    },
    intervals() {
      const blockCount = Math.ceil(truth.length / blockFrames);
      return bootstrapIntervals(blockCount, (times) => {
        const drawnTruth: number[] = [];
        const drawnPredicted: number[] = [];
        times.forEach((drawn, block) => {
          const [from, to] = [block * blockFrames, (block + 1) * blockFrames];
          for (let i = 0; i < drawn; i++) {
            drawnTruth.push(...truth.slice(from, to));
            drawnPredicted.push(...predicted.slice(from, to));
          }
        });
        const { mae, rmse, r2, correlation } = regressionScores(drawnTruth, drawnPredicted);
        return { maeRad: mae, rmseRad: rmse, r2, correlation };
      });
    },
  };
}
