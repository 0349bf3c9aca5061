import type { Bundle } from '../../src/bundle/bundle.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { createInputMapping } from '../../src/preprocess/input-mapping.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { RgbImage } from '../datasets/sample.js';
import { BundleRunner } from '../evaluate/bundle-runner.js';
import { asksOf } from './answer-change.js';
import { drawSaliency } from './draw-saliency.js';
import { type ExplainMethod, innerMaps } from './explain-methods.js';
import { networkInput } from './network-input.js';
import { type CoveredArea, occlusionMap } from './occlusion.js';
import type { SaliencyMap } from './saliency-map.js';

export interface ExplainRequest {
  bundle: Bundle;
  camera: CameraModel | undefined;
  picture: RgbImage;
  method: ExplainMethod;
  /** Signs: the detection whose crop is asked about. */
  input?: StageResult;
  /** Segmentation: the pixel that is asked about; the middle of the lower half when left out. */
  pointPx?: readonly [number, number];
  /** `grad-cam`: the convolution that is looked at; see usualLayer when left out. */
  layer?: string;
  /** Side of the patch of `occlusion`, pixels; a twelfth of what the network sees when left out. */
  patchPx?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface Explanation {
  answer: string;
  map: SaliencyMap;
  /** The picture with the map over it. */
  drawn: RgbImage;
}

/** Says what of a picture an answer is based on. Rejects with ERR_USAGE where there is nothing to ask about. */
export async function explainPicture(request: ExplainRequest): Promise<Explanation> {
  const { bundle, camera, picture, method, input } = request;
  const { widthPx, heightPx } = picture;
  const mapping = createInputMapping(bundle.manifest.input.spec, picture, camera);
  const runner = await BundleRunner.open(bundle, camera);
  try {
    const pointPx = request.pointPx ?? ([widthPx / 2, heightPx * 0.75] as const);
    const { inputFromFramePoint } = mapping;
    const ask = { pointPx, inputFromFramePoint, ...(input && { input }) };
    const asked = await asksOf(bundle.manifest.task)(runner, bundle, picture, ask);
    const drawn = { widthPx, heightPx, data: Uint8Array.from(picture.data) };
    if (method !== 'occlusion') {
      const pointNorm = inputFromFramePoint(...pointPx);
      const map = innerMaps[method]({
        bundle,
        input: await networkInput(bundle, camera, picture, input),
        ...(pointNorm && { pointNorm }),
        ...(request.layer !== undefined && { layer: request.layer }),
      });
      drawSaliency(drawn, map, cropPlace(request) ?? inputFromFramePoint);
      return { answer: asked.answer, map, drawn };
    }
    const area = seenArea(request, mapping.frameFromInputBox([0, 0, 1, 1]));
    const patchPx =
      request.patchPx ??
      Math.max(4, Math.round(Math.min(area[2] - area[0], area[3] - area[1]) / 6));
    const stepPx = Math.max(2, Math.round(patchPx / 2));
    const { onProgress } = request;
    const map = await occlusionMap(picture, asked.change, {
      area,
      patchPx,
      stepPx,
      ...(onProgress && { onProgress }),
    });
    drawSaliency(drawn, map, (x, y) => [x / (map.columns * stepPx), y / (map.rows * stepPx)]);
    return { answer: asked.answer, map, drawn };
  } finally {
    await runner.dispose();
  }
}

/** From a pixel of the picture to shares of the crop that a classifier reads; undefined for a network of whole frames. */
function cropPlace({ bundle, input }: ExplainRequest) {
  const { decode } = bundle.manifest;
  if (!readsCrops(decode) || input?.stage !== 'detection') return undefined;
  const [left, top, right, bottom] = input.detections[0]!.boxXyxyPx;
  const { cropMarginNorm: margin } = decode;
  const share = (value: number, from: number, to: number) =>
    ((value - from) / (to - from) + margin) / (1 + 2 * margin);
  return (xPx: number, yPx: number): readonly [number, number] => [
    share(xPx, left, right),
    share(yPx, top, bottom),
  ];
}

/** What the stage sees of the picture; of a sign, its box and a margin. */
function seenArea({ picture, input }: ExplainRequest, whole: CoveredArea | undefined): CoveredArea {
  const { widthPx, heightPx } = picture;
  if (input?.stage !== 'detection') return whole ?? [0, 0, widthPx, heightPx];
  const [left, top, right, bottom] = input.detections[0]!.boxXyxyPx;
  const margin = (right - left) * 0.25;
  return [left - margin, top - margin, right + margin, bottom + margin];
}
