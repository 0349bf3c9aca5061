import type { Finding } from './finding.js';
import { boxOf } from './match-detections.js';
import type { MatchedPair } from './matched-pair.js';
import type { RecordedRun } from './open-results.js';

/** Used if neither file states its networks' tolerance: the bundles' tolerance on the plain CPU. */
const defaultTolerance = 1e-3;
/** Share of numbers that may exceed it: if two boxes are nearly equal, suppression may keep the other one. */
const outsideShare = 0.01;

/**
 * Scores and boxes that differ by more than the providers' tolerance allows (manifest `tolerance`), for equal
 * networks, settings and calibration. An output that is off by t moves a score by at most t / 2 (softmax) and a box's
 * corner by about 0.2 t of its size (SSD offsets with variances 0.1 and 0.2); twice that is allowed, because of
 * rounding in between.
 */
export function numberFindings(
  pairs: readonly MatchedPair[],
  reference: RecordedRun,
  candidate: RecordedRun,
): Finding[] {
  const provider =
    pairs[0]?.pair.candidate.stages.find(({ stage }) => stage === 'detection')?.provider ?? 'cpu';
  const tolerance = Math.max(
    ...[reference, candidate].map(({ manifests }) =>
      toleranceOf(manifests.get('detection'), provider),
    ),
  );
  let [compared, outside, mostScore, mostPx] = [0, 0, 0, 0];
  for (const { pair, matched } of pairs)
    for (const match of matched.matches) {
      const a = pair.reference.detections[match.reference]!;
      const b = pair.candidate.detections[match.candidate]!;
      const [boxA, boxB] = [boxOf(a.boxPx), boxOf(b.boxPx)];
      const size = Math.max(boxA[2] - boxA[0], boxA[3] - boxA[1]);
      const score = Math.abs(a.score - b.score);
      const px = Math.max(...boxA.map((value, place) => Math.abs(value - boxB[place]!)));
      compared++;
      mostScore = Math.max(mostScore, score);
      mostPx = Math.max(mostPx, px);
      if (score > tolerance || px > 0.4 * tolerance * size + 0.01) outside++;
    }
  if (compared === 0 || outside <= compared * outsideShare) return [];
  return [
    {
      kind: 'numbers',
      words: `${outside} of ${compared} boxes differ beyond what ${provider} may (scores by up to ${mostScore.toPrecision(2)}, corners by up to ${mostPx.toPrecision(2)} px)`,
    },
  ];
}

function toleranceOf(manifest: unknown, provider: string): number {
  const { tolerance } = (manifest ?? {}) as { tolerance?: Record<string, unknown> };
  const value = tolerance?.[provider];
  return typeof value === 'number' ? value : defaultTolerance;
}
