import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { ScalarReading, SteeringOutputSpec } from '../../src/bundle/steering-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { RgbImage } from '../datasets/sample.js';
import { regressionScores } from '../evaluate/regression.js';
import {
  type AdoptedNetwork,
  type AdoptionChoices,
  adoptNetwork,
  type KnownNetwork,
} from './adopt-network.js';
import { refuseTurned } from './check-steering.js';
import type { NetworkFile } from './network-file.js';
import {
  describeTensors,
  imageInputOf,
  inputReason,
  type ProbedTensor,
  probeNetwork,
} from './probe.js';
import type { TrialNetwork } from './trial-network.js';

/** An output, and the index of the value if it has several: `out:1`. */
export interface NamedValue {
  output: string;
  at?: number;
}

export interface SteeringChoices extends AdoptionChoices {
  /** The value that holds the angle; `throttle` is the one for the throttle. */
  angle?: NamedValue | undefined;
  throttle?: NamedValue | undefined;
  /** Radians, above 0, by which an answer of 1 turns the wheels; `positive` is the side to which answers above 0 turn. */
  radPerUnit: number | undefined;
  positive: 'left' | 'right' | undefined;
  /** Angles of a distribution's bins, in the network's units: [first, last] of equally spaced ones, or each. */
  bins?: readonly number[] | undefined;
  maxAngleRad: number;
  maxRateRadPerS: number;
  wheelbaseM: number;
}

/** A picture of a drive with the angle that was driven. */
export interface DrivenPicture {
  id: string;
  image: RgbImage;
  /** Radians at the wheels, positive to the left. */
  steeringRad: number;
}

/**
 * Recognises a steering network: one scalar, a distribution over angles, or several outputs by name. Throws ERR_BUNDLE
 * if no output holds an angle, or ERR_USAGE naming the option that provides what the file lacks.
 */
export function knowSteering(
  network: NetworkFile,
  choices: SteeringChoices,
): KnownNetwork<SteeringOutputSpec> {
  const probe = probeNetwork(network, imageInputOf(network, choices.size));
  const scalars = probe.outputs.filter(
    ({ shape, openAxes }) => openAxes.length === 0 && isFlat(shape),
  );
  const { angle, throttle, reason } = namesOf(network, scalars, choices);
  const angleReadings = readingsOf(network, scalars, angle, choices.bins, '--output');
  const [throttleReading] =
    throttle === undefined
      ? []
      : readingsOf(network, scalars, throttle, throttleBins(scalars, throttle), '--throttle');
  const { radPerUnit, positive, maxAngleRad, maxRateRadPerS, wheelbaseM } = choices;
  if (radPerUnit === undefined || positive === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: no file says what its numbers are: expected --per-unit <angle> (25deg where 1 is full lock, 1rad for radians) and --positive left or right, found ${radPerUnit === undefined ? 'no --per-unit' : 'no --positive'}`,
    );
  const decodings = angleReadings.map(
    ({ reading }): SteeringOutputSpec => ({
      kind: 'steering',
      steering: angle.output,
      ...reading,
      radPerUnit: positive === 'left' ? radPerUnit : -radPerUnit,
      ...(throttle !== undefined && {
        throttle: { output: throttle.output, ...throttleReading!.reading },
      }),
      maxAngleRad,
      maxRateRadPerS,
      wheelbaseM,
    }),
  );
  return {
    network,
    probe,
    family: 'steering',
    usualFeeding: { colour: 'rgb', range: '0..1', fit: 'stretch', padValue: 0 },
    plausible: { colours: ['rgb', 'bgr', 'yuv'], fits: ['stretch'] },
    decodings,
    reasons: [
      inputReason(probe),
      reason,
      ...angleReadings.slice(0, 1).map(({ told }) => `output ${angle.output}: ${told}`),
      ...(throttleReading === undefined
        ? []
        : [
            `output ${throttle!.output}: ${throttleReading.told}, published as a suggestion that nothing acts on`,
          ]),
      `1 is ${degrees(radPerUnit)} to the ${positive}, as you say; published up to ${degrees(maxAngleRad)}, ${degrees(maxRateRadPerS)} a second, for a wheelbase of ${wheelbaseM} m`,
    ],
  };
}

const degrees = (rad: number) => `${Number(((rad * 180) / Math.PI).toPrecision(4))}°`;

/** Whether a shape is [], [n], or has 1 in every dimension but one. */
const isFlat = (shape: readonly number[]) => shape.filter((size) => size !== 1).length <= 1;
const countOf = ({ shape }: ProbedTensor) => shape.reduce((product, size) => product * size, 1);

/** Names that identify the angle. donkeycar's export numbers its outputs: the angle comes first. */
const angleNames = /angle|steer|n_outputs0/i;
const throttleNames = /throttle|accel|n_outputs1/i;

function namesOf(
  network: NetworkFile,
  scalars: readonly ProbedTensor[],
  { angle, throttle }: SteeringChoices,
): { angle: NamedValue; throttle: NamedValue | undefined; reason: string } {
  if (scalars.length === 0)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected an output with an angle or a distribution over angles, found ${describeTensors(network.outputNames.map((name) => ({ name, shape: [] })))}`,
    );
  const byName = (pattern: RegExp) => scalars.find(({ name }) => pattern.test(name))?.name;
  const named = byName(angleNames);
  const guess = named ?? (scalars.length === 1 ? scalars[0]!.name : undefined);
  if (angle === undefined && guess === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: expected --output with the angle’s output (${describeTensors(scalars)}), found none`,
    );
  const chosen = angle ?? { output: guess! };
  const pedal = throttle ?? otherThan(byName(throttleNames), chosen.output);
  const how = angle ? 'as you say' : named === undefined ? 'the only one' : 'by its name';
  return {
    angle: chosen,
    throttle: pedal,
    reason: `angle from output ${chosen.output}${chosen.at === undefined ? '' : `, value ${chosen.at}`} (${how})`,
  };
}

const otherThan = (output: string | undefined, other: string): NamedValue | undefined =>
  output === undefined || output === other ? undefined : { output };

interface KnownReading {
  reading: ScalarReading;
  told: string;
}

/** Ways to read an output's value; for a distribution by its largest bin first, then by its mean. */
function readingsOf(
  network: NetworkFile,
  scalars: readonly ProbedTensor[],
  { output, at }: NamedValue,
  bins: readonly number[] | undefined,
  option: string,
): KnownReading[] {
  const tensor = scalars.find(({ name }) => name === output);
  if (tensor === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: ${option}: expected one of ${describeTensors(scalars)}, found ${output}`,
    );
  const count = countOf(tensor);
  if (at !== undefined) {
    if (at < count) return [{ reading: { at }, told: `value ${at} of ${count}` }];
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: ${option}: expected a value from 0 to ${count - 1} of ${output}, found ${at}`,
    );
  }
  if (count === 1) return [{ reading: {}, told: 'a number' }];
  if (count === 2 && bins === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: output ${output} has two values: expected ${option} ${output}:0 or ${output}:1, found ${output}`,
    );
  const values = binsFor(network, output, count, bins ?? [-1, 1]);
  const sum = tensor.values.reduce((total, value) => total + value, 0);
  const isShare = Math.abs(sum - 1) < 1e-2 && tensor.values.every((value) => value >= -1e-4);
  const kind = isShare ? ('probabilities' as const) : ('logits' as const);
  const told = `${kind} of ${count} bins from ${values[0]} to ${values.at(-1)}${bins === undefined ? ' (--bins says otherwise)' : ''}`;
  return (['largest', 'mean'] as const).map((read) => ({
    reading: { distribution: { bins: values, values: kind, read } },
    told,
  }));
}

/** Angles of the bins; two numbers are the ends of equally spaced bins. */
function binsFor(
  network: NetworkFile,
  output: string,
  count: number,
  bins: readonly number[],
): number[] {
  if (bins.length === count) return [...bins];
  const [low, high] = bins as [number, number];
  if (bins.length === 2)
    return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  throw new PerceptionError(
    'ERR_USAGE',
    `${network.name}: --bins: expected the first and the last, or ${count} numbers for output ${output}, found ${bins.length}`,
  );
}

/** donkeycar's throttle has 20 bins from 0 to 0.5; others are assumed to span 0 to 1. */
function throttleBins(scalars: readonly ProbedTensor[], { output }: NamedValue): number[] {
  const tensor = scalars.find(({ name }) => name === output);
  return tensor !== undefined && countOf(tensor) === 20 ? [0, 0.5] : [0, 1];
}

/**
 * Agreement of two series, -1..1: 2 cov / (var a + var b + (mean a - mean b)^2) (Lin 1989). Unlike the correlation it
 * falls if one swings further than the other, as with a wrong input range. 0 if neither varies and the means agree.
 */
function concordance(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const shared = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  const spread =
    mean(a.map((value) => (value - meanA) ** 2)) + mean(b.map((value) => (value - meanB) ** 2));
  const whole = spread + (meanA - meanB) ** 2;
  return whole === 0 ? 0 : (2 * shared) / whole;
}

/** Finds the feeding by agreement with a driver, and makes the bundle. Rejects as adoptNetwork and refuseTurned do. */
export async function adoptSteering(
  known: KnownNetwork<SteeringOutputSpec>,
  choices: SteeringChoices,
  pictures: readonly DrivenPicture[],
  onTrial?: (done: number, total: number) => void,
): Promise<AdoptedNetwork<SteeringOutputSpec>> {
  const truth = pictures.map(({ steeringRad }) => steeringRad);
  const score = async (network: TrialNetwork, spec: InputSpec, decode: SteeringOutputSpec) => {
    const answers: number[] = [];
    for (const { image } of pictures) {
      const result = await network.run(image, spec, decode);
      answers.push(result.stage === 'steering' ? result.rawAngleRad : Number.NaN);
    }
    const areNumbers = answers.every(Number.isFinite);
    const correlation = areNumbers ? regressionScores(truth, answers).correlation : 0;
    // A reversed sign is not a wrong feeding: `correlation` shows it separately.
    const turned = answers.map((angle) => Math.sign(correlation) * angle);
    return { value: areNumbers ? concordance(truth, turned) : 0, parts: { correlation } };
  };
  const ground = {
    count: pictures.length,
    isLabelled: true,
    measure: 'concordance',
    metric: 'concordance',
    score,
  };
  const adopted = await adoptNetwork(known, choices, ground, onTrial);
  const correlation = adopted.chosen?.score.parts['correlation'];
  if (correlation !== undefined)
    refuseTurned(
      correlation,
      known.network.name,
      `correlation ${correlation.toFixed(2)} on ${pictures.length} pictures`,
    );
  return adopted;
}
