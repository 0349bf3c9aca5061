import type { CandidateOutputSpec } from '../../src/bundle/detection-spec.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { RgbImage, TruthBox } from '../datasets/sample.js';
import { movedBy } from './moved-picture.js';
import { foundBoxes, labelledScore, steadiness } from './score-detection.js';
import type { TrialScore } from './trial.js';
import type { TrialNetwork } from './trial-network.js';

/** A picture to try a network on; without truth only the steadiness of the answers can be measured. */
export interface TrialPicture {
  id: string;
  image: RgbImage;
  truth?: readonly TruthBox[];
}

/** The precision-recall curve goes down to this score. */
const curveThreshold = 0.02;
const curveDetections = 100;
/** Pixels by which a picture is moved to test the steadiness of the answers. */
const shiftPx = 6;

/**
 * Scores a detector that is fed by `spec` and decoded by `decode`: with labels by average precision, without by
 * steadiness. Rejects with ERR_INFERENCE if the network fails.
 */
export async function scoreDetector(
  network: TrialNetwork,
  pictures: readonly TrialPicture[],
  spec: InputSpec,
  decode: CandidateOutputSpec,
): Promise<TrialScore> {
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
