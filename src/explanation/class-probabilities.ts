import type { Manifest } from '../bundle/manifest.js';
import { segmentationSize } from '../bundle/segmentation-shapes.js';
import { channelCount, type SegmentationOutputSpec } from '../bundle/segmentation-spec.js';
import { PerceptionError } from '../frame/perception-error.js';

/**
 * Returns a reader for the probability of each channel of a segmentation network's output at a place (shares of the map's
 * width and height). Throws ERR_USAGE for a network that answers with class ids: it does not tell how sure it is.
 */
export function readProbabilities(
  { outputs }: Pick<Manifest, 'outputs'>,
  spec: SegmentationOutputSpec,
): (scores: Float32Array, at: readonly [xNorm: number, yNorm: number]) => number[] {
  const { values = 'scores', order } = spec;
  if (values === 'class-ids')
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a network that answers with scores, found one whose arg max is inside: nothing says how sure it is`,
    );
  const output = outputs.find(({ name }) => name === spec.scores)!;
  const { rows, columns } = segmentationSize(spec, output.shape);
  const channels = channelCount(spec);
  const pixels = rows * columns;
  return (scores, [xNorm, yNorm]) => {
    const place = Math.floor(yNorm * rows) * columns + Math.floor(xNorm * columns);
    if (values === 'probability') return [1 - scores[place]!, scores[place]!];
    if (values === 'logit') return softmax([0, scores[place]!]);
    return softmax(
      Array.from({ length: channels }, (_, channel) =>
        order === 'channels-last'
          ? scores[place * channels + channel]!
          : scores[channel * pixels + place]!,
      ),
    );
  };
}

function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const exponentials = logits.map((value) => Math.exp(value - top));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
