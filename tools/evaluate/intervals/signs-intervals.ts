import { bootstrapIntervals } from '../../statistics/bootstrap.js';
import { rankOfClass } from '../classification.js';
import { Grouped } from './grouped.js';
import type { IntervalCollector } from './interval-collector.js';

/** Accuracy over tracks: the frames of one track show one sign. */
export function signsIntervals(): IntervalCollector<'signs'> {
  const tracks = new Grouped(() => ({ count: 0, right: 0, top5: 0 }));
  return {
    add({ sample, logits, predictedId }) {
      const track = tracks.of(sample.group);
      track.count++;
      if (predictedId === sample.classId) track.right++;
      if (rankOfClass(logits, sample.classId) < 5) track.top5++;
    },
    intervals() {
      const groups = tracks.values;
      return bootstrapIntervals(groups.length, (times) => {
        let [count, right, top5] = [0, 0, 0];
        groups.forEach((track, i) => {
          count += times[i]! * track.count;
          right += times[i]! * track.right;
          top5 += times[i]! * track.top5;
        });
        return { accuracy: right / count, top5: top5 / count };
      });
    },
  };
}
