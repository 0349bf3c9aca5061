import type {
  CandidateOutputSpec,
  DetectionOutputSpec,
  SsdOutputSpec,
} from '../../src/bundle/detection-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { logistic } from '../../src/perception/detection/activations.js';
import { type AskedPlace, noWayBack, type Outputs, type Question, sumOf } from './asked-score.js';

/** The score of a detector's most confident box; for an SSD the class's logit minus the background's. */
export function boxQuestion(decode: DetectionOutputSpec, outputs: Outputs): Question {
  switch (decode.kind) {
    case 'ssd':
      return ssdQuestion(decode, outputs);
    case 'anchor-free': {
      const classes = decode.networkClasses.length;
      const values = outputs[decode.output]!;
      const count = values.length / (4 + classes);
      const index = (box: number, classId: number) =>
        decode.order === 'channels-first'
          ? (4 + classId) * count + box
          : box * (4 + classes) + 4 + classId;
      return best(decode, count, (box, id) => [{ output: decode.output, index: index(box, id) }])(
        outputs,
        plain,
      );
    }
    case 'grid': {
      const width = 5 + decode.networkClasses.length;
      const { output } = decode;
      const asked = best(decode, outputs[output]!.length / width, (box, classId) => [
        { output, index: box * width + 4 },
        { output, index: box * width + 5 + classId },
      ]);
      return asked(outputs, decode.scores === 'logit' ? logisticProduct : powers(1, 1));
    }
    case 'cell': {
      const { output } = decode;
      const count = outputs[output]!.length / (5 + decode.networkClasses.length);
      const asked = best(decode, count, (box, classId) => [
        { output, index: box },
        { output, index: (5 + classId) * count + box },
      ]);
      return asked(outputs, powers(0.6, 0.4));
    }
    case 'queries': {
      const { logits: output, networkClasses, activation } = decode;
      const width = networkClasses.length + (activation === 'softmax' ? 1 : 0);
      const values = outputs[output]!;
      const count = values.length / width;
      const placesOf = (box: number, id: number) => [{ output, index: box * width + id }];
      if (activation !== 'softmax') return best(decode, count, placesOf)(outputs, plain);
      // The largest number may be that of a query whose "no object" is larger still.
      const sums = Array.from({ length: count }, (_, box) => logOfSum(values, box * width, width));
      const sureness = (box: number, id: number) => values[box * width + id]! - sums[box]!;
      return best(decode, count, placesOf, sureness)(outputs, plain);
    }
    case 'distribution': {
      const classes = decode.networkClasses.length;
      const places = decode.levels.flatMap(({ scores: output, distances }) => {
        const width = output === distances ? classes + 4 * decode.bins : classes;
        const count = outputs[output]!.length / width;
        return Array.from({ length: count }, (_, box) => ({ output, start: box * width }));
      });
      return best(decode, places.length, (box, classId) => [
        { output: places[box]!.output, index: places[box]!.start + classId },
      ])(outputs, plain);
    }
    default:
      throw noWayBack(decode.kind);
  }
}

function ssdQuestion({ logits: output, classes }: SsdOutputSpec, outputs: Outputs): Question {
  const logits = outputs[output]!;
  const width = classes.length + 1;
  let [place, most] = [1, -Infinity];
  for (let start = 0; start < logits.length; start += width) {
    const top = Math.max(...logits.subarray(start, start + width));
    let partition = 0;
    for (let c = 0; c < width; c++) partition += Math.exp(logits[start + c]! - top);
    for (let c = 1; c < width; c++) {
      const probability = Math.exp(logits[start + c]! - top) / partition;
      if (probability > most) [place, most] = [start + c, probability];
    }
  }
  const background = place - (place % width);
  return sumOf([
    { output, index: place, slope: 1 },
    { output, index: background, slope: -1 },
  ]);
}

/** log(sum of exp) of `count` values: the logarithm of what softmax divides by. */
function logOfSum(values: Float32Array, start: number, count: number): number {
  const row = values.subarray(start, start + count);
  const top = Math.max(...row);
  return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** How a score is computed from the numbers at its places, and its slope along each of them. */
interface Combination {
  score(values: readonly number[]): number;
  slope(values: readonly number[], place: number): number;
}

const plain: Combination = { score: ([value]) => value!, slope: () => 1 };

const powers = (...exponents: number[]): Combination => {
  const score = (values: readonly number[]) =>
    values.reduce((product, value, i) => product * Math.max(0, value) ** exponents[i]!, 1);
  return {
    score,
    slope: (values, place) => (score(values) * exponents[place]!) / Math.max(1e-6, values[place]!),
  };
};

const logisticProduct: Combination = {
  score: (values) => values.reduce((product, value) => product * logistic(value), 1),
  slope(values, place) {
    return this.score(values) * (1 - logistic(values[place]!));
  },
};

/** The candidate with the largest score, or the surest where that is another, among the published classes. */
function best(
  { networkClasses, classes }: CandidateOutputSpec,
  count: number,
  placesOf: (box: number, classId: number) => AskedPlace[],
  sureness?: (box: number, classId: number) => number,
): (outputs: Outputs, combination: Combination) => Question {
  const published = networkClasses.flatMap(({ as }, id) =>
    as !== undefined && classes.includes(as) ? [id] : [],
  );
  const valuesAt = (outputs: Outputs, places: readonly AskedPlace[]) =>
    places.map(({ output, index }) => outputs[output]![index]!);
  return (outputs, combination) => {
    let most = -Infinity;
    let chosen: AskedPlace[] | undefined;
    for (let box = 0; box < count; box++)
      for (const id of published) {
        const places = placesOf(box, id);
        const score = sureness?.(box, id) ?? combination.score(valuesAt(outputs, places));
        if (score > most) [chosen, most] = [places, score];
      }
    if (chosen === undefined)
      throw new PerceptionError('ERR_USAGE', 'expected a detection to explain, found none here');
    const places = chosen;
    return {
      score: (seen) => combination.score(valuesAt(seen, places)),
      slopes: (seen) => {
        const values = valuesAt(seen, places);
        return places.map((place, i) => ({ ...place, slope: combination.slope(values, i) }));
      },
    };
  };
}
