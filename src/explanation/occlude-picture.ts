import type { Bundle } from '../bundle/bundle.js';
import type { RgbImage } from '../frame/rgb-image.js';
import type { InputMapping } from '../preprocess/input-mapping.js';
import type { StageResult } from '../stages/stage-result.js';
import { asksOf, type ExplainedAnswer } from './answer-change.js';
import { type CoveredArea, occlusionMap } from './occlusion.js';
import type { PictureRunner } from './picture-runner.js';
import type { SaliencyMap } from './saliency-map.js';

export interface PictureQuestion {
  bundle: Bundle;
  picture: RgbImage;
  /** Signs, lights: the detection whose crop is asked about. */
  input?: StageResult;
  /** Segmentation: the pixel that is asked about; by default the middle of the lower half. */
  pointPx?: readonly [number, number];
}

/** The pixel that is asked about. */
export function askedPoint({ picture, pointPx }: PictureQuestion): readonly [number, number] {
  return pointPx ?? [picture.widthPx / 2, picture.heightPx * 0.75];
}

/** The network's answer about the picture. Rejects with ERR_USAGE if there is nothing to ask about. */
export function askAbout(
  question: PictureQuestion,
  runner: PictureRunner,
  { inputFromFramePoint }: Pick<InputMapping, 'inputFromFramePoint'>,
): Promise<ExplainedAnswer> {
  const { bundle, picture, input } = question;
  const options = { pointPx: askedPoint(question), inputFromFramePoint, ...(input && { input }) };
  return asksOf(bundle.manifest.task)(runner, bundle, picture, options);
}

export interface OccludeOptions {
  /** Side of the patch, pixels; by default a sixth of the shorter edge of the area that the network sees. */
  patchPx?: number;
  /** Called after each run; if it rejects, the search ends with that error. */
  onProgress?: (done: number, total: number) => void | Promise<void>;
}

/** Finds what the answer depends on by occlusion. `placeOf` maps a pixel to shares of the map's width and height. */
export async function occludePicture(
  { picture, input }: PictureQuestion,
  { change }: ExplainedAnswer,
  mapping: Pick<InputMapping, 'frameFromInputBox'>,
  { patchPx, onProgress }: OccludeOptions = {},
): Promise<{ map: SaliencyMap; placeOf(xPx: number, yPx: number): readonly [number, number] }> {
  const area = seenArea(picture, input, mapping.frameFromInputBox([0, 0, 1, 1]));
  const edgePx = Math.min(area[2] - area[0], area[3] - area[1]);
  const sidePx = patchPx ?? Math.max(4, Math.round(edgePx / 6));
  const stepPx = Math.max(2, Math.round(sidePx / 2));
  const map = await occlusionMap(picture, change, {
    ...{ area, patchPx: sidePx, stepPx },
    ...(onProgress && { onProgress }),
  });
  const [widthPx, heightPx] = [map.columns * stepPx, map.rows * stepPx];
  return { map, placeOf: (xPx, yPx) => [xPx / widthPx, yPx / heightPx] };
}

/** The area of the picture that the stage sees; for a crop, its box and a margin. */
function seenArea(
  { widthPx, heightPx }: RgbImage,
  input: StageResult | undefined,
  whole: CoveredArea | undefined,
): CoveredArea {
  if (input?.stage !== 'detection') return whole ?? [0, 0, widthPx, heightPx];
  const [left, top, right, bottom] = input.detections[0]!.boxXyxyPx;
  const margin = (right - left) * 0.25;
  return [left - margin, top - margin, right + margin, bottom + margin];
}
