import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
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
import { type ExplainMethod, innerMaps } from './explain-methods.js';
import { networkInput } from './network-input.js';

export interface ExplainRequest extends PictureQuestion, OccludeOptions {
  camera: CameraModel | undefined;
  method: ExplainMethod;
  /** `grad-cam`: the convolution that is looked at; see usualLayer when left out. */
  layer?: string;
}

export interface Explanation {
  answer: string;
  map: SaliencyMap;
  /** The picture with the map over it. */
  drawn: RgbImage;
}

/** Says what of a picture an answer is based on. Rejects with ERR_USAGE where there is nothing to ask about. */
export async function explainPicture(request: ExplainRequest): Promise<Explanation> {
  const { bundle, camera, picture, method, input, layer } = request;
  const { widthPx, heightPx } = picture;
  const mapping = createInputMapping(bundle.manifest.input.spec, picture, camera);
  const runner = await BundleRunner.open(bundle, camera);
  try {
    const asked = await askAbout(request, runner, mapping);
    const drawn = { widthPx, heightPx, data: Uint8Array.from(picture.data) };
    if (method === 'occlusion') {
      const { map, placeOf } = await occludePicture(request, asked, mapping, request);
      drawSaliency(drawn, map, placeOf);
      return { answer: asked.answer, map, drawn };
    }
    const { inputFromFramePoint } = mapping;
    const pointNorm = inputFromFramePoint(...askedPoint(request));
    const map = innerMaps[method]({
      bundle,
      input: await networkInput(bundle, camera, picture, input),
      ...(pointNorm && { pointNorm }),
      ...(layer !== undefined && { layer }),
    });
    drawSaliency(drawn, map, cropPlace(request) ?? inputFromFramePoint);
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
