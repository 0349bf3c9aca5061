import { gridSize } from '../../../src/bundle/detection-shapes.js';
import type { CandidateOutputSpec } from '../../../src/bundle/detection-spec.js';
import type { Feeding } from '../feeding.js';
import type { NetworkFile } from '../network-file.js';
import type { Probe, ProbedTensor } from '../probe.js';

type Common = 'classes' | 'networkClasses' | 'scoreThreshold' | 'nms' | 'maxDetections';
/** A decoding without what the user decides: classes, threshold, suppression. */
export type Reading = CandidateOutputSpec extends infer Spec
  ? Spec extends CandidateOutputSpec
    ? Omit<Spec, Common>
    : never
  : never;

/** A family that the network may be of, with how it is read and usually fed. */
export interface Recognised {
  family: string;
  /** More than one where the file does not tell: each is tried. */
  readings: Reading[];
  /** Classes that the outputs have room for. */
  classCount: number | undefined;
  usualFeeding: Feeding;
  /** Whether boxes of the network must be suppressed here. */
  needsNms: boolean;
  /** One line each: what was concluded, and from what. */
  reasons: string[];
}

export interface Question {
  network: NetworkFile;
  probe: Probe;
  /** Classes as the user or the file names them; undefined where nobody does. */
  classCount: number | undefined;
  /** Anchors by level, the finest first, as the user tells them: width and height, pixels of the input. */
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

/** Cells of an input at these strides together. */
export function cellCount({ image }: Probe, stridesPx: readonly number[]): number {
  return stridesPx.reduce((sum, stridePx) => {
    const { columns, rows } = gridSize(image, stridePx);
    return sum + columns * rows;
  }, 0);
}
export const threeStrides = [8, 16, 32];
export const fourStrides = [8, 16, 32, 64];

/** Whether values are probabilities already: noise never leaves 0..1 then. `isScore` says which values are. */
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
