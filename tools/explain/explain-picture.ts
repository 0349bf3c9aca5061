import type { Bundle } from '../../src/bundle/bundle.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { createInputMapping } from '../../src/preprocess/input-mapping.js';
import { buildRemapTable, preprocessInto } from '../../src/preprocess/remap-table.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { RgbImage } from '../datasets/sample.js';
import { BundleRunner } from '../evaluate/bundle-runner.js';
import { explainedAnswers } from './answer-change.js';
import { drawSaliency } from './draw-saliency.js';
import { type Area, occlusionMap } from './occlusion.js';
import type { SaliencyMap } from './saliency-map.js';
import { visualBackProp } from './visual-back-prop.js';
import { WatchedConvolutions } from './watched-convolutions.js';

export type ExplainMethod = 'visual-backprop' | 'occlusion';

export interface ExplainRequest {
  bundle: Bundle;
  camera: CameraModel | undefined;
  picture: RgbImage;
  method: ExplainMethod;
  /** Signs: the detection whose crop is asked about. */
  input?: StageResult;
  /** Segmentation: the pixel that is asked about; the middle of the lower half when left out. */
  pointPx?: readonly [number, number];
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
    const asked = await explainedAnswers[bundle.manifest.task](runner, bundle, picture, ask);
    const drawn = { widthPx, heightPx, data: Uint8Array.from(picture.data) };
    if (method === 'visual-backprop') {
      const map = backPropMap(request);
      drawSaliency(drawn, map, inputFromFramePoint);
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

/** Crops are cut from the picture: there is no one way back from them to the frame for the painter. */
function backPropMap({ bundle, camera, picture }: ExplainRequest): SaliencyMap {
  const { task, input, decode } = bundle.manifest;
  if (readsCrops(decode))
    throw new PerceptionError(
      'ERR_USAGE',
      `visual-backprop expects a network that reads the whole frame, found ${task}; --method occlusion explains any`,
    );
  const watched = WatchedConvolutions.open(bundle);
  try {
    const layout = packedRgbLayout(picture.widthPx, picture.heightPx);
    const table = buildRemapTable(input.spec, layout, camera);
    const { rows, columns } = watched.inputSize;
    const tensor = new Float32Array(3 * rows * columns);
    preprocessInto(table, picture.data, tensor);
    return visualBackProp(watched.layers(tensor), { rows, columns });
  } finally {
    watched.release();
  }
}

/** What the stage sees of the picture; of a sign, its box and a margin. */
function seenArea({ picture, input }: ExplainRequest, whole: Area | undefined): Area {
  const { widthPx, heightPx } = picture;
  if (input?.stage !== 'detection') return whole ?? [0, 0, widthPx, heightPx];
  const [left, top, right, bottom] = input.detections[0]!.boxXyxyPx;
  const margin = (right - left) * 0.25;
  return [left - margin, top - margin, right + margin, bottom + margin];
}
