import { segmentationClasses } from '../../../src/perception/classes.js';
import { bootstrapIntervals } from '../../statistics/bootstrap.js';
import { type ConfusionMatrix, createConfusionMatrix } from '../confusion-matrix.js';
import { countClassMap, otherClassId, segmentationScores } from '../segmentation-scores.js';
import { Grouped } from './grouped.js';
import type { IntervalCollector } from './interval-collector.js';

/** Scores of the sum of the drawn pictures' matrices, as the whole set is scored. */
export function segmentationIntervals(): IntervalCollector<'segmentation'> {
  const classCount = otherClassId + 1;
  const pictures = new Grouped(() => createConfusionMatrix(classCount));
  return {
    add: ({ sample, truth, predicted }) => countClassMap(pictures.of(sample.id), truth, predicted),
    intervals() {
      const matrices = pictures.values;
      const sum: ConfusionMatrix = createConfusionMatrix(classCount);
      return bootstrapIntervals(matrices.length, (times) => {
        sum.counts.fill(0);
        matrices.forEach(({ counts }, picture) => {
          const drawn = times[picture]!;
          if (drawn === 0) return;
          for (let i = 0; i < counts.length; i++) sum.counts[i]! += drawn * counts[i]!;
        });
        const { mIoU, pixelAccuracy, perClass } = segmentationScores(sum, segmentationClasses);
        return { mIoU, pixelAccuracy, ...perClass };
      });
    },
  };
}
