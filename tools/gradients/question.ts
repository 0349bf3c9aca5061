import type { Bundle } from '../../src/bundle/bundle.js';
import {
  isDetection,
  type OutputSpec,
  type SegmentationOutputSpec,
} from '../../src/bundle/output-spec.js';
import { segmentationSize } from '../../src/bundle/segmentation-shapes.js';
import { channelCount } from '../../src/bundle/segmentation-spec.js';
import { scoreOf } from '../../src/perception/detection/activations.js';
import { largestPlace, noWayBack, type Outputs, type Question, sumOf } from './asked-score.js';
import { boxQuestion } from './box-question.js';
import { steeringQuestion } from './steering-question.js';

/** The outputs that the score of a task depends on. */
export function askedOutputs(decode: OutputSpec): string[] {
  switch (decode.kind) {
    case 'steering':
      return [decode.steering];
    case 'signs':
    case 'lights':
    case 'ssd':
    case 'queries':
      return [decode.logits];
    case 'segmentation':
      return [decode.scores];
    case 'grid':
    case 'anchor-free':
    case 'cell':
      return [decode.output];
    case 'distribution':
      return [...new Set(decode.levels.map(({ scores }) => scores))];
    default:
      throw noWayBack(decode.kind);
  }
}

/**
 * Chooses the score to explain from the answer in `outputs`: for steering the angle, positive to its own side; for signs
 * the score of the most confident class; for detection that of the most confident box; for segmentation that of the class
 * at a pixel, given as shares of the map's width and height. Throws ERR_USAGE if the outputs do not contain it.
 */
export function questionOf(
  { manifest }: Bundle,
  outputs: Outputs,
  pointNorm?: readonly [number, number],
): Question {
  const { decode } = manifest;
  switch (decode.kind) {
    case 'steering':
      return steeringQuestion(decode, outputs);
    case 'signs':
    case 'lights': {
      const logits = outputs[decode.logits]!.subarray(0, decode.classes.length);
      return sumOf([{ output: decode.logits, index: largestPlace(logits), slope: 1 }]);
    }
    case 'segmentation':
      return pixelQuestion(manifest.outputs, decode, outputs, pointNorm ?? [0.5, 0.75]);
    default:
      if (!isDetection(decode)) throw noWayBack(manifest.decode.kind);
      return boxQuestion(decode, outputs);
  }
}

function pixelQuestion(
  declared: Bundle['manifest']['outputs'],
  decode: SegmentationOutputSpec,
  outputs: Outputs,
  [xNorm, yNorm]: readonly [number, number],
): Question {
  const { scores: output, values = 'scores', maskThreshold = 0.5, order } = decode;
  if (values === 'class-ids') throw noWayBack('class-ids');
  const shape = declared.find(({ name }) => name === output)!.shape;
  const { rows, columns } = segmentationSize(decode, shape);
  // The right and lower edge belong to the last column and row.
  const place =
    Math.min(rows - 1, Math.floor(yNorm * rows)) * columns +
    Math.min(columns - 1, Math.floor(xNorm * columns));
  const map = outputs[output]!;
  if (values !== 'scores') {
    const isSecond = scoreOf(map[place]!, values === 'logit') > maskThreshold;
    return sumOf([{ output, index: place, slope: isSecond ? 1 : -1 }]);
  }
  const channels = channelCount(decode);
  const indexOf = (channel: number) =>
    order === 'channels-last' ? place * channels + channel : channel * rows * columns + place;
  const best = largestPlace(Array.from({ length: channels }, (_, c) => map[indexOf(c)]!));
  return sumOf([{ output, index: indexOf(best), slope: 1 }]);
}
