import { bootstrapIntervals } from '../../statistics/bootstrap.js';
import { type ConfusionMatrix, createConfusionMatrix } from '../confusion-matrix.js';
import { countClassMap, segmentationScores } from '../segmentation-scores.js';
import { Grouped } from './grouped.js';
import type { IntervalCollector } from './interval-collector.js';

/** Scores of the sum of the drawn pictures' matrices, as for the full set. */
export function segmentationIntervals(): IntervalCollector<'segmentation'> {
  // All samples of a set are scored on the same classes.
  let names: readonly string[] = [];
  const pictures = new Grouped(() => createConfusionMatrix(names.length + 1));
  return {
    add({ sample, classes, truth, predicted }) {
      if (names.length === 0) names = classes.map(({ name }) => name);
      countClassMap(pictures.of(sample.id), truth, predicted);
    },
    intervals() {
      const matrices = pictures.values;
      const sum: ConfusionMatrix = createConfusionMatrix(names.length + 1);
      return bootstrapIntervals(matrices.length, (times) => {
        sum.counts.fill(0);
        matrices.forEach(({ counts }, picture) => {
          const drawn = times[picture]!;
          if (drawn === 0) return;
          for (let i = 0; i < counts.length; i++) sum.counts[i]! += drawn * counts[i]!;
        });
        const { mIoU, pixelAccuracy, perClass } = segmentationScores(sum, names);
        return { mIoU, pixelAccuracy, ...perClass };
      });
    },
  };
}
