import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { ExplainMethod } from '../../src/explanation/explain-methods.js';
import {
  askAbout,
  askedPoint,
  type OccludeOptions,
  occludePicture,
  type PictureQuestion,
} from '../../src/explanation/occlude-picture.js';
import type { SaliencyMap } from '../../src/explanation/saliency-map.js';
import { createInputMapping } from '../../src/preprocess/input-mapping.js';
import type { RgbImage } from '../datasets/sample.js';
import { BundleRunner } from '../evaluate/bundle-runner.js';
import { drawSaliency } from './draw-saliency.js';
import { innerMaps } from './explain-methods.js';
import { networkInput } from './network-input.js';

export interface ExplainRequest extends PictureQuestion, OccludeOptions {
  camera: CameraModel | undefined;
  method: ExplainMethod;
  /** `grad-cam`: the convolution to look at; see usualLayer if omitted. */
  layer?: string;
}

export interface Explanation {
  answer: string;
  map: SaliencyMap;
  /** The picture with the map painted over it. */
  drawn: RgbImage;
}

export interface ExplainedMap {
  answer: string;
  map: SaliencyMap;
  /** From a pixel of the picture to shares of the map's width and height; undefined if the network does not see it. */
  placeOf(xPx: number, yPx: number): readonly [number, number] | undefined;
}

/**
 * Finds the parts of a picture that an answer is based on, and paints them. Rejects with ERR_USAGE if there is no
 * answer to explain.
 */
export async function explainPicture(request: ExplainRequest): Promise<Explanation> {
  const { widthPx, heightPx, data } = request.picture;
  const { answer, map, placeOf } = await explainMap(request);
  const drawn = { widthPx, heightPx, data: Uint8Array.from(data) };
  drawSaliency(drawn, map, placeOf);
  return { answer, map, drawn };
}

/** The same without painting. */
export async function explainMap(request: ExplainRequest): Promise<ExplainedMap> {
  const { bundle, camera, picture, method, input, layer } = request;
  const mapping = createInputMapping(bundle.manifest.input.spec, picture, camera);
  const runner = await BundleRunner.open(bundle, camera);
  try {
    const asked = await askAbout(request, runner, mapping);
    const { answer } = asked;
    if (method === 'occlusion')
      return { answer, ...(await occludePicture(request, asked, mapping, request)) };
    const { inputFromFramePoint } = mapping;
    const pointNorm = inputFromFramePoint(...askedPoint(request));
    const map = innerMaps[method]({
      bundle,
      input: await networkInput(bundle, camera, picture, input),
      ...(pointNorm && { pointNorm }),
      ...(layer !== undefined && { layer }),
    });
    return { answer, map, placeOf: cropPlace(request) ?? inputFromFramePoint };
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
