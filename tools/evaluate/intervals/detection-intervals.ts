import { bootstrapIntervals } from '../../statistics/bootstrap.js';
import { averagePrecision, type ScoredHit } from '../average-precision.js';
import { classHits, type ScoredPicture, scoredClasses } from '../detection-scores.js';
import type { IntervalCollector } from './interval-collector.js';

/** Detections of a class over all pictures, the best first, and the picture of each. */
interface ClassEvidence {
  hits: readonly (ScoredHit & { picture: number })[];
  /** True boxes by picture. */
  counts: readonly number[];
}

/** Average precision over pictures. Boxes are matched once; a draw counts them as often as it drew their picture. */
export function detectionIntervals(): IntervalCollector<'detection'> {
  const pictures: ScoredPicture[] = [];
  return {
    add: ({ truth, found }) => void pictures.push({ truth, found }),
    intervals() {
      const classes = scoredClasses(pictures);
      const evidence = new Map(classes.map((name) => [name, evidenceOf(pictures, name)]));
      return bootstrapIntervals(pictures.length, (times) => {
        const aps = new Map([...evidence].map(([name, of]) => [name, drawnPrecision(of, times)]));
        const known = [...aps.values()].filter((ap) => !Number.isNaN(ap));
        const mAP50 = known.reduce((sum, ap) => sum + ap, 0) / known.length;
        return { mAP50, ...Object.fromEntries([...aps].map(([name, ap]) => [`${name}.ap50`, ap])) };
      });
    },
  };
}

function evidenceOf(pictures: readonly ScoredPicture[], className: string): ClassEvidence {
  const perPicture = pictures.map((picture) => classHits([picture], className, 0.5));
  const hits = perPicture.flatMap((found, picture) =>
    found.hits.map((hit) => ({ ...hit, picture })),
  );
  return {
    hits: hits.sort((a, b) => b.score - a.score),
    counts: perPicture.map(({ count }) => count),
  };
}

/** Average precision of a draw; NaN if none of the drawn pictures shows the class. */
function drawnPrecision({ hits, counts }: ClassEvidence, times: Uint32Array): number {
  const truthCount = counts.reduce((sum, count, picture) => sum + count * times[picture]!, 0);
  if (truthCount === 0) return Number.NaN;
  const drawn: ScoredHit[] = [];
  for (const hit of hits) for (let i = times[hit.picture]!; i > 0; i--) drawn.push(hit);
  return averagePrecision(drawn, truthCount);
}
