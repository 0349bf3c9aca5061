import type { CandidateOutputSpec } from '../../../src/bundle/detection-spec.js';
import { resizeImage } from '../../../src/codec/image-codec.js';
import type { NativeSession } from '../../../src/inference/native-session.js';
import type { RgbImage } from '../../../tools/datasets/sample.js';
import type { FoundBox } from '../../../tools/evaluate/match-boxes.js';
import { slowDetections } from '../../perception/detection/slow-decoders.js';

/** How a network is fed, as its makers' own scripts do it: blue first, [mean, deviation] by channel. */
export interface HandFeeding {
  edgePx: number;
  fit: 'stretch' | 'top-left' | 'centred';
  norm: readonly [mean: number, deviation: number][];
}

/** What a network finds in a picture without any of our code on the way but the slow reference of the decoders. */
export async function foundByHand(
  session: NativeSession,
  names: { input: string; outputs: readonly string[] },
  { edgePx, fit, norm }: HandFeeding,
  spec: CandidateOutputSpec,
  image: RgbImage,
): Promise<FoundBox[]> {
  const { widthPx, heightPx } = image;
  const scale = edgePx / Math.max(widthPx, heightPx);
  const [scaleX, scaleY] =
    fit === 'stretch' ? [edgePx / widthPx, edgePx / heightPx] : [scale, scale];
  const [innerX, innerY] = [Math.round(widthPx * scaleX), Math.round(heightPx * scaleY)];
  const [left, top] =
    fit === 'centred'
      ? [Math.floor((edgePx - innerX) / 2), Math.floor((edgePx - innerY) / 2)]
      : [0, 0];
  const inner = await resizeImage(image, innerX, innerY);
  const data = new Float32Array(3 * edgePx * edgePx);
  for (let channel = 0; channel < 3; channel++) {
    const [mean, deviation] = norm[channel]!;
    for (let y = 0; y < edgePx; y++)
      for (let x = 0; x < edgePx; x++) {
        const isInside = x >= left && x < left + innerX && y >= top && y < top + innerY;
        const level = isInside
          ? inner.data[((y - top) * innerX + x - left) * 3 + 2 - channel]!
          : 114;
        data[(channel * edgePx + y) * edgePx + x] = (level - mean) / deviation;
      }
  }
  const feeds = { [names.input]: { type: 'float32' as const, dims: [1, 3, edgePx, edgePx], data } };
  const answers = session.answer(feeds, names.outputs);
  const tensors = Object.fromEntries(
    Object.entries(answers).map(([name, tensor]) => [
      name,
      { dims: [...tensor.dims], data: tensor.data as Float32Array },
    ]),
  );
  return slowDetections(spec, tensors, { widthPx: edgePx, heightPx: edgePx }).map(
    ({ classId, score, box }) => {
      const inFrame = box.map((share, side) =>
        side % 2 === 0
          ? Math.min(widthPx, Math.max(0, (share * edgePx - left) / scaleX))
          : Math.min(heightPx, Math.max(0, (share * edgePx - top) / scaleY)),
      ) as [number, number, number, number];
      return { className: spec.classes[classId]!, score, boxXyxyPx: inFrame };
    },
  );
}
