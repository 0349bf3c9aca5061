import type { CandidateOutputSpec } from '../../src/bundle/detection-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { RgbImage, TruthBox } from '../datasets/sample.js';
import { type Feeding, inputSpecOf, otherPadding } from './feeding.js';
import type { ImageInput } from './probe.js';
import { foundBoxes, labelledScore, steadiness, type TrialScore } from './score-detection.js';
import type { TrialNetwork } from './trial-network.js';

/** A picture to try a network on; without truth only the steadiness of the answers can be told. */
export interface TrialPicture {
  id: string;
  image: RgbImage;
  truth?: readonly TruthBox[];
}

export interface Trial {
  feeding: Feeding;
  decode: CandidateOutputSpec;
  score: TrialScore;
}

/** The curve is followed down to this score. */
const curveThreshold = 0.02;
const curveDetections = 100;
/** How far a picture is moved to see whether the answers stay, pixels. */
const shiftPx = 6;

export interface TrialPlan {
  feedings: readonly Feeding[];
  /** Whether the padding is tried besides. */
  triesPadding: boolean;
  decodings: readonly CandidateOutputSpec[];
  onTrial?: (done: number, total: number) => void;
}

/**
 * Scores every way of feeding and reading, best first; equal ones stay in their order. Afterwards other paddings of the
 * best one. Throws ERR_INFERENCE where every answer holds numbers that are none.
 */
export async function tryDetection(
  network: TrialNetwork,
  image: ImageInput,
  pictures: readonly TrialPicture[],
  { feedings, decodings, triesPadding, onTrial }: TrialPlan,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  const total = feedings.length * decodings.length;
  const score = async (feeding: Feeding, decode: CandidateOutputSpec): Promise<void> => {
    const found = await scoreOne(network, image, pictures, feeding, decode);
    trials.push({ feeding, decode, score: found });
    onTrial?.(trials.length, Math.max(total, trials.length));
  };
  for (const decode of decodings) for (const feeding of feedings) await score(feeding, decode);
  const best = ranked(trials)[0]!;
  if (triesPadding)
    for (const feeding of otherPadding(best.feeding)) await score(feeding, best.decode);
  return ranked(trials);
}

/** Ways whose scores differ by less are taken for equal: a few dozen pictures do not tell them apart. */
const tieMargin = 0.03;

/**
 * The way to feed by: of those that are as good as the best, the one nearest to the family's usual way. `trials` best
 * first.
 */
export function chooseTrial(
  trials: readonly Trial[],
  usual: Feeding,
  usualDecoding: CandidateOutputSpec,
): Trial | undefined {
  const best = trials[0];
  if (best === undefined) return undefined;
  const equals = trials.filter(({ score }) => best.score.value - score.value < tieMargin);
  const strangeness = ({ feeding, decode }: Trial) =>
    Number(feeding.colour !== usual.colour) +
    Number(feeding.range !== usual.range) +
    Number(feeding.fit !== usual.fit) +
    Number(feeding.padValue !== usual.padValue) +
    Number(JSON.stringify(decode) !== JSON.stringify(usualDecoding));
  return equals.reduce((chosen, trial) =>
    strangeness(trial) < strangeness(chosen) ? trial : chosen,
  );
}

function ranked(trials: readonly Trial[]): Trial[] {
  return [...trials].sort((a, b) => b.score.value - a.score.value);
}

async function scoreOne(
  network: TrialNetwork,
  image: ImageInput,
  pictures: readonly TrialPicture[],
  feeding: Feeding,
  decode: CandidateOutputSpec,
): Promise<TrialScore> {
  const spec = inputSpecOf(feeding, image);
  const detect = async (picture: RgbImage, wanted: CandidateOutputSpec) => {
    const result = await network.run(picture, spec, wanted);
    if (result.stage !== 'detection')
      throw new PerceptionError('ERR_INTERNAL', `expected detections, found ${result.stage}`);
    return foundBoxes(result.detections, wanted);
  };
  if (pictures.every(({ truth }) => truth !== undefined)) {
    const wide = {
      ...decode,
      scoreThreshold: Math.min(decode.scoreThreshold, curveThreshold),
      maxDetections: Math.max(decode.maxDetections, curveDetections),
    };
    const scored = [];
    for (const { image: picture, truth } of pictures)
      scored.push({ truth: truth!, found: await detect(picture, wide) });
    return labelledScore(scored, decode.classes, decode.scoreThreshold);
  }
  const pairs = [];
  for (const { image: picture } of pictures) {
    const plain = await detect(picture, decode);
    const moved = await detect(movedBy(picture, shiftPx), decode);
    pairs.push({
      plain,
      moved: moved.map((box) => ({
        ...box,
        boxXyxyPx: box.boxXyxyPx.map((edge) => edge + shiftPx) as typeof box.boxXyxyPx,
      })),
    });
  }
  return steadiness(pairs);
}

/** The picture without its first rows and columns. */
export function movedBy({ widthPx, heightPx, data }: RgbImage, stepPx: number): RgbImage {
  const [width, height] = [widthPx - stepPx, heightPx - stepPx];
  const moved = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((row + stepPx) * widthPx + stepPx) * 3;
    moved.set(data.subarray(start, start + width * 3), row * width * 3);
  }
  return { widthPx: width, heightPx: height, data: moved };
}
