import type { Bundle } from '../../src/bundle/bundle.js';
import type { SegmentationOutputSpec, SsdOutputSpec } from '../../src/bundle/output-spec.js';
import { segmentationSize } from '../../src/bundle/segmentation-shapes.js';
import { channelCount } from '../../src/bundle/segmentation-spec.js';
import type { ScalarReading, SteeringOutputSpec } from '../../src/bundle/steering-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { decodeSteering, readScalar } from '../../src/perception/steering/steering.js';
import { largestPlace, type Outputs } from '../gradients/asked-score.js';
import { steeringSlopes } from '../gradients/steering-question.js';

/** A steering angle that has moved by at least this much counts as a different answer. */
export const turnedAngleRad = (2 * Math.PI) / 180;

/** What an attack on one picture aims at: an answer other than the one to the clean picture. */
export interface Goal {
  /**
   * How much of the clean answer remains, 0..1: 1 or 0 for signs and steering; the share that is kept of boxes and
   * pixels.
   */
  kept(outputs: Outputs): number;
  /** For each output, the gradient direction that leads to a different answer. */
  away(outputs: Outputs): Record<string, Float32Array>;
  /** The answer in words, for reports. */
  says(outputs: Outputs): string;
}

/** Gradient of the cross-entropy through softmax(row), for the class that is to lose. */
function pushAway(
  values: Float32Array,
  places: readonly number[],
  loser: number,
  gradient: Float32Array,
): void {
  const top = places.reduce((most, place) => Math.max(most, values[place]!), -Infinity);
  const total = places.reduce((sum, place) => sum + Math.exp(values[place]! - top), 0);
  for (const place of places)
    gradient[place]! += Math.exp(values[place]! - top) / total - (place === loser ? 1 : 0);
}

/** The goal for the answer in `clean`. Throws ERR_USAGE if the bundle's decoding chooses inside the network. */
export function goalFor({ manifest, where }: Bundle, clean: Outputs): Goal {
  const { decode } = manifest;
  switch (decode.kind) {
    case 'signs':
    case 'lights': {
      const { logits: name, classes } = decode;
      const places = [...classes.keys()];
      const answer = (outputs: Outputs) => largestPlace(outputs[name]!.subarray(0, classes.length));
      const before = answer(clean);
      return {
        kept: (outputs) => (answer(outputs) === before ? 1 : 0),
        away: (outputs) => {
          const gradient = new Float32Array(outputs[name]!.length);
          pushAway(outputs[name]!, places, before, gradient);
          return { [name]: gradient };
        },
        says: (outputs) => classes[answer(outputs)]!,
      };
    }
    case 'steering': {
      const { steering: name } = decode;
      const angleOf = (outputs: Outputs) => decodeSteering(outputs[name]!, decode);
      const before = angleOf(clean);
      // Between two bins the largest of a distribution does not move: its mean tells the side.
      const steeringOf = (outputs: Outputs) => readScalar(outputs[name]!, byMean(decode));
      const valueBefore = steeringOf(clean);
      return {
        kept: (outputs) => (Math.abs(angleOf(outputs) - before) < turnedAngleRad ? 1 : 0),
        away: (outputs) => {
          const side = steeringOf(outputs) < valueBefore ? -1 : 1;
          return { [name]: steeringSlopes(decode, outputs[name]!).map((slope) => side * slope) };
        },
        says: (outputs) => `${((angleOf(outputs) * 180) / Math.PI).toFixed(1)}°`,
      };
    }
    case 'segmentation':
      return pixelGoal(manifest.outputs, decode, clean, where);
    case 'ssd':
      return boxGoal(decode, clean);
    default:
      throw new PerceptionError(
        'ERR_USAGE',
        `${where}: expected a network of signs, lights, segmentation, steering or an SSD to attack, found ${decode.kind}`,
      );
  }
}

const byMean = ({ at, distribution }: SteeringOutputSpec): ScalarReading => ({
  ...(at !== undefined && { at }),
  ...(distribution && { distribution: { ...distribution, read: 'mean' } }),
});

function pixelGoal(
  declared: Bundle['manifest']['outputs'],
  decode: SegmentationOutputSpec,
  clean: Outputs,
  where: string,
): Goal {
  const { scores: name, values = 'scores', order } = decode;
  if (values !== 'scores')
    throw new PerceptionError(
      'ERR_USAGE',
      `${where}: expected scores of classes to attack, found ${values}`,
    );
  const { rows, columns } = segmentationSize(decode, declared.find((o) => o.name === name)!.shape);
  const [pixels, channels] = [rows * columns, channelCount(decode)];
  const placesOf = (pixel: number) =>
    Array.from({ length: channels }, (_, c) =>
      order === 'channels-last' ? pixel * channels + c : c * pixels + pixel,
    );
  const winners = (outputs: Outputs) => {
    const map = outputs[name]!;
    return Uint32Array.from({ length: pixels }, (_, pixel) => {
      const places = placesOf(pixel);
      return places.reduce((best, place) => (map[place]! > map[best]! ? place : best), places[0]!);
    });
  };
  const before = winners(clean);
  const kept = (outputs: Outputs) =>
    winners(outputs).reduce((sum, place, i) => sum + (place === before[i] ? 1 : 0), 0) / pixels;
  return {
    kept,
    away: (outputs) => {
      const gradient = new Float32Array(outputs[name]!.length);
      for (let pixel = 0; pixel < pixels; pixel++)
        pushAway(outputs[name]!, placesOf(pixel), before[pixel]!, gradient);
      return { [name]: gradient };
    },
    says: (outputs) => `${(kept(outputs) * 100).toFixed(0)} % of the pixels as before`,
  };
}

/** Every default box whose score exceeds the threshold is to become background or another class. */
function boxGoal({ logits: name, classes, scoreThreshold }: SsdOutputSpec, clean: Outputs): Goal {
  const width = classes.length + 1;
  const probability = (values: Float32Array, place: number) => {
    const start = place - (place % width);
    const row = values.subarray(start, start + width);
    const top = Math.max(...row);
    return Math.exp(values[place]! - top) / row.reduce((sum, v) => sum + Math.exp(v - top), 0);
  };
  const sure: number[] = [];
  const before = clean[name]!;
  for (let start = 0; start < before.length; start += width) {
    const place = start + largestPlace(before.subarray(start, start + width));
    if (place !== start && probability(before, place) >= scoreThreshold) sure.push(place);
  }
  const kept = (outputs: Outputs) =>
    sure.length === 0
      ? 1
      : sure.filter((place) => probability(outputs[name]!, place) >= scoreThreshold).length /
        sure.length;
  return {
    kept,
    away: (outputs) => {
      const gradient = new Float32Array(before.length);
      for (const place of sure) {
        const start = place - (place % width);
        const row = Array.from({ length: width }, (_, c) => start + c);
        pushAway(outputs[name]!, row, place, gradient);
      }
      return { [name]: gradient };
    },
    says: (outputs) => `${Math.round(kept(outputs) * sure.length)} of ${sure.length} default boxes`,
  };
}
