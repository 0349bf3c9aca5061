import { gridSize } from '../../../src/bundle/detection-shapes.js';
import type { CandidateOutputSpec } from '../../../src/bundle/detection-spec.js';
import type { Feeding } from '../feeding.js';
import type { NetworkFile } from '../network-file.js';
import type { Probe, ProbedTensor } from '../probe.js';

type Common = 'classes' | 'networkClasses' | 'scoreThreshold' | 'nms' | 'maxDetections';
/** A decoding without the user's choices: classes, threshold, suppression. */
export type Reading = CandidateOutputSpec extends infer Spec
  ? Spec extends CandidateOutputSpec
    ? Omit<Spec, Common>
    : never
  : never;

/** A family to which the network may belong, with its decodings and its usual feeding. */
export interface Recognised {
  family: string;
  /** Several if the file does not determine the decoding: each is tried. */
  readings: Reading[];
  /** Number of classes for which the outputs have room. */
  classCount: number | undefined;
  usualFeeding: Feeding;
  /** Whether the network's boxes need non-maximum suppression. */
  needsNms: boolean;
  /** Conclusions with their evidence, one line each. */
  reasons: string[];
}

export interface Question {
  network: NetworkFile;
  probe: Probe;
  /** Number of classes that the user or the file names; undefined if neither does. */
  classCount: number | undefined;
  /** The user's anchors by level, the finest first: width and height, pixels of the input. */
  anchorsPx?: [number, number][][] | undefined;
}

export interface Family {
  name: string;
  recognise(question: Question): Omit<Recognised, 'family'> | undefined;
}

export const feeding = (
  colour: Feeding['colour'],
  range: Feeding['range'],
  fit: Feeding['fit'],
): Feeding => ({ colour, range, fit, padValue: 114 });
export const dims = ({ shape }: ProbedTensor) => `[${shape.join(', ')}]`;

/** Number of cells of an input at all these strides together. */
export function cellCount({ image }: Probe, stridesPx: readonly number[]): number {
  return stridesPx.reduce((sum, stridePx) => {
    const { columns, rows } = gridSize(image, stridePx);
    return sum + columns * rows;
  }, 0);
}
export const threeStrides = [8, 16, 32];
export const fourStrides = [8, 16, 32, 64];

/** Whether scores are already probabilities: then they stay in 0..1 on noise. `isScore` says which values are scores. */
export function scoresAs(
  values: Float32Array,
  isScore: (index: number) => boolean,
): 'probability' | 'logit' {
  const isOutside = values.some(
    (value, index) => isScore(index) && (value < -1e-4 || value > 1 + 1e-4),
  );
  return isOutside ? 'logit' : 'probability';
}

export const scoresReason = (scores: 'probability' | 'logit') =>
  scores === 'probability'
    ? 'scores are probabilities: on noise they stay between 0 and 1'
    : 'scores are logits: on noise they leave 0..1';
