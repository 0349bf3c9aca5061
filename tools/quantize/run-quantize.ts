import type { Bundle } from '../../src/bundle/bundle.js';
import type { Quantisation } from '../../src/bundle/manifest.js';
import { checkNothingAt } from '../../src/files/write-folder.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';
import { writeNewBundle } from '../export/write-new-bundle.js';
import { chooseFloatLayers } from './choose-float-layers.js';
import { compareTimes, type RunTime } from './compare-times.js';
import { float16Recipe } from './float16-recipe.js';
import { type Int8Options, int8Recipe } from './int8-recipe.js';
import { answersOf, noiseToSignal } from './layer-noise.js';
import { type Measured, measure, primaryMetric } from './primary-score.js';
import { bundleAround } from './quantized-bundle.js';
import { quantizedModelCard } from './quantized-model-card.js';
import type { QuantisationRecipe } from './recipe.js';

export interface QuantizeRequest {
  /** A bundle in float32. */
  bundle: Bundle;
  precision: Quantisation['precision'];
  /** Samples from which ranges are found; all are used. */
  calibrationData: Dataset;
  int8: Int8Options;
  /** Samples on which both networks are scored, at most `limit` of them. */
  scoreData: Dataset;
  limit?: number | undefined;
  /** Further sets on which both networks are scored in full; a loss there is reported but prevents nothing. */
  otherScoreData?: readonly Dataset[] | undefined;
  /** Largest fall of the primary score, 0..1. */
  largestLoss: number;
  /** The new bundle's folder, which must not exist yet. */
  outDir: string;
  /** The command line, for the model card. */
  command: string;
  onNote: (line: string) => void;
}

/** A network in float32 and in fewer bits, both measured in one run. */
export interface QuantizeReport {
  bundle: string;
  precision: Quantisation['precision'];
  /** The primary metric's name; then the data, and the number of samples scored. */
  metric: string;
  data: string;
  count: number;
  score: { float: number; quantised: number };
  bytes: { float: number; quantised: number };
  time: { float: RunTime; quantised: RunTime };
  /** Power of the answers over the power of their difference from float32, decibels, over the first samples. */
  signalToNoiseDb: number;
  floatLayers: readonly string[];
  /** The same metric on further sets. */
  others: readonly OtherScore[];
  /** Sets in the bundle's card on which the new network was not scored. */
  notScored: readonly string[];
  /** Whether the score fell by no more than allowed. Only then was a bundle written. */
  isWithinBound: boolean;
}

export interface OtherScore {
  data: string;
  count: number;
  score: { float: number; quantised: number };
  /** Whether it fell by no more than allowed. */
  isKept: boolean;
}

/**
 * Makes a bundle of fewer bits from one in float32, measures both side by side, and writes the folder if the score
 * fell by no more than allowed.
 * Rejects with ERR_USAGE (the bundle is already quantised, or data of another task), ERR_OUTPUT (the folder already exists
 * or cannot be written), ERR_DATASET (no sample loads), ERR_EXPORT (the network cannot be quantised) and
 * what loading a bundle throws. Nothing is left half-written.
 */
export async function runQuantize(request: QuantizeRequest): Promise<QuantizeReport> {
  const { bundle, scoreData, outDir, limit, onNote } = request;
  const { name, version } = bundle.manifest;
  checkNothingAt(outDir);
  checkIsFloat(bundle);
  const metric = primaryMetric[scoreData.task];
  const float = await measure(bundle, scoreData, limit);
  onNote(`float32: ${metric} ${float.primary.toFixed(4)} on ${float.count} samples`);
  const recipe = await recipeFor(request);
  const chosen = await chooseFloatLayers(
    request.largestLoss,
    () => recipe.worstFirst(),
    async (floatLayers) => {
      const made = await makeBundle(request, recipe, floatLayers, float);
      const measured = await measure(made, scoreData, limit);
      made.manifest.scores[scoredName(scoreData, float)] = measured.scores;
      const left = floatLayers.length > 0 ? ` with ${floatLayers.length} layers in float32` : '';
      onNote(`${recipe.precision}${left}: ${metric} ${measured.primary.toFixed(4)}`);
      return { loss: float.primary - measured.primary, result: { made, measured } };
    },
  );
  const { made, measured } = chosen.result;
  const networks = [bundle.network, made.network];
  const [floatTime, quantisedTime] = compareTimes([bundle, made], recipe.items[0]!);
  const [exact, found] = networks.map((network) => answersOf(bundle, network, recipe.items));
  const others = chosen.isReached ? await scoreOthers(request, made) : [];
  const notScored = setsNotScored(request);
  for (const set of notScored)
    onNote(`not scored in fewer bits: ${set}, which the card names; --also scores it`);
  const first = { data: scoreData.name, score: scoresOf(float, measured) };
  const told = { sets: [first, ...others], notScored, largestLoss: request.largestLoss };
  if (chosen.isReached) writeNewBundle(outDir, made, quantizedModelCard(made.manifest, told));
  return {
    bundle: `${name} ${version}`,
    precision: recipe.precision,
    metric,
    data: scoreData.name,
    count: float.count,
    score: scoresOf(float, measured),
    bytes: { float: bundle.network.length, quantised: made.network.length },
    time: { float: floatTime!, quantised: quantisedTime! },
    signalToNoiseDb: -10 * Math.log10(noiseToSignal(exact!, found!)),
    floatLayers: chosen.floatLayers,
    others,
    notScored,
    isWithinBound: chosen.isReached,
  };
}

const scoresOf = (float: Measured, quantised: Measured) => ({
  float: float.primary,
  quantised: quantised.primary,
});

/** Sets in the float network's card other than `scoreData` and the further sets, in full or in part. */
function setsNotScored({ bundle, scoreData, otherScoreData = [] }: QuantizeRequest): string[] {
  const scored = [scoreData, ...otherScoreData].map(({ name }) => name);
  const isScored = (set: string) =>
    scored.some((name) => set === name || set.startsWith(`${name}, `));
  return Object.keys(bundle.manifest.scores).filter((set) => !isScored(set));
}

/** Scores both networks on the further sets, and adds the scores to the new manifest. */
async function scoreOthers(
  { bundle, otherScoreData = [], largestLoss, onNote }: QuantizeRequest,
  made: Bundle,
): Promise<OtherScore[]> {
  const others: OtherScore[] = [];
  for (const data of otherScoreData) {
    const float = await measure(bundle, data, undefined);
    const quantised = await measure(made, data, undefined);
    made.manifest.quantisation!.floatScores[data.name] = float.scores;
    made.manifest.scores[data.name] = quantised.scores;
    const score = scoresOf(float, quantised);
    const isKept = score.float - score.quantised <= largestLoss;
    const other = { data: data.name, count: float.count, score, isKept };
    onNote(otherLine(other));
    others.push(other);
  }
  return others;
}

/** `kitti val, 14 samples: 0.3310, in fewer bits 0.3120: 1.90 points lost, more than was allowed`. */
export function otherLine({ data, count, score, isKept }: OtherScore): string {
  const lost = (score.float - score.quantised) * 100;
  return `${data}, ${count} samples: ${score.float.toFixed(4)}, in fewer bits ${score.quantised.toFixed(4)}: ${lost.toFixed(2)} points lost${isKept ? '' : ', more than was allowed'}`;
}

function checkIsFloat({ manifest, where }: Bundle): void {
  if (!manifest.quantisation) return;
  throw new PerceptionError(
    'ERR_USAGE',
    `expected a bundle in float32, found one in ${manifest.quantisation.precision}: ${where}`,
  );
}

function recipeFor({ bundle, precision, calibrationData, int8 }: QuantizeRequest) {
  return precision === 'int8'
    ? int8Recipe(bundle, calibrationData, int8)
    : float16Recipe(bundle, calibrationData);
}

/** The data's name, with the number of samples scored if not all were. */
function scoredName({ name, samples }: Dataset, { count }: Measured): string {
  return count === samples.length ? name : `${name}, ${count} of ${samples.length}`;
}

async function makeBundle(
  { bundle, scoreData, command }: QuantizeRequest,
  recipe: QuantisationRecipe,
  floatLayers: readonly string[],
  float: Measured,
): Promise<Bundle> {
  const { network, tolerance } = await recipe.build(floatLayers);
  return bundleAround(bundle, network, tolerance, {
    precision: recipe.precision,
    floatSha256: bundle.manifest.network.sha256,
    floatScores: { [scoredName(scoreData, float)]: float.scores },
    ...(recipe.calibration && { calibration: recipe.calibration }),
    ...(recipe.weights && { weights: recipe.weights }),
    floatLayers: [...floatLayers],
    command,
  });
}
