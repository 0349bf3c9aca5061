import type { DetectionScores } from '../../evaluate/detection-scores.js';
import type { SegmentationScores } from '../../evaluate/segmentation-scores.js';
import type { TrackingScores } from '../../evaluate/tracking/tracking-scores.js';

/** A run's scores against the drive's ground truth; null for what the truth, or the run, lacks. */
export interface TruthScores {
  /** Frames that have both a result and truth; only these are scored. */
  frames: number;
  /** Over published boxes: those below the bundle's threshold are not available to score. */
  detection: DetectionScores | null;
  signs: SignReadingScores | null;
  segmentation: SegmentationScores | null;
  tracking: TrackingScores | null;
  steering: SteeringErrors | null;
}

export interface SignReadingScores {
  /** Share of the found signs with the right name; an abstention is not right. */
  accuracy: number;
  /** True signs that can be read: 15 px or more, at most 0.3 of them hidden. */
  legible: number;
  /** How many of these a box overlaps (IoU 0.5). */
  found: number;
  right: number;
  abstained: number;
}

export interface SteeringErrors {
  frames: number;
  /** Mean of |answered - true|, radians. */
  maeRad: number;
  rmseRad: number;
}

/** One of these numbers, as people, rules and reports name it. */
export interface NamedScore {
  /** Name for people. */
  label: string;
  of(scores: TruthScores): number | undefined;
  /** Whether a larger value is better or worse. */
  more: 'better' | 'worse';
  unit: '' | '°';
  digits: number;
  /** Default of the rules: worse by more than this is a finding. */
  worseBy: number;
}

const share = { more: 'better', unit: '', digits: 3, worseBy: 0.01 } as const;

/** The scores that are compared, by the names that rules use. */
export const namedScores = {
  mAP50: { label: 'mAP at IoU 0.5', of: ({ detection }) => detection?.mAP50, ...share },
  signAccuracy: { label: 'sign accuracy', of: ({ signs }) => signs?.accuracy, ...share },
  mIoU: { label: 'mIoU', of: ({ segmentation }) => segmentation?.mIoU, ...share },
  mota: { label: 'MOTA', of: ({ tracking }) => tracking?.mota, ...share },
  hota: { label: 'HOTA', of: ({ tracking }) => tracking?.hota, ...share },
  idf1: { label: 'IDF1', of: ({ tracking }) => tracking?.idf1, ...share },
  steeringMaeDeg: {
    label: 'steering MAE',
    of: ({ steering }) => (steering ? (steering.maeRad * 180) / Math.PI : undefined),
    more: 'worse',
    unit: '°',
    digits: 2,
    worseBy: 0.05,
  },
} as const satisfies Record<string, NamedScore>;

export type ScoreName = keyof typeof namedScores;

/** One score of both runs. */
export interface ScorePair {
  name: ScoreName;
  reference: number;
  candidate: number;
}

/** The scores that both runs have. */
export function pairScores(reference: TruthScores, candidate: TruthScores): ScorePair[] {
  return (Object.entries(namedScores) as [ScoreName, NamedScore][]).flatMap(([name, { of }]) => {
    const [before, now] = [of(reference), of(candidate)];
    return before === undefined || now === undefined
      ? []
      : [{ name, reference: before, candidate: now }];
  });
}

/** A score in words: `0.506`, `1.20°`. */
export function spokenScore(name: ScoreName, value: number): string {
  const { digits, unit }: NamedScore = namedScores[name];
  return `${value.toFixed(digits)}${unit}`;
}

/** `0.470, 0.506 before (−0.036)`. */
export function spokenChange({ name, reference, candidate }: ScorePair): string {
  const change = candidate - reference;
  const size = spokenScore(name, Math.abs(change));
  const isNone = size === spokenScore(name, 0);
  const now = spokenScore(name, candidate);
  if (change === 0) return `${now}, as before`;
  return `${now}, ${spokenScore(name, reference)} before (${isNone ? 'hardly changed' : `${change < 0 ? '−' : '+'}${size}`})`;
}
