import type { CandidateOutputSpec } from '../../../src/bundle/detection-spec.js';
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
export function foundByHand(
  session: NativeSession,
  names: { input: string; outputs: readonly string[] },
  { edgePx, fit, norm }: HandFeeding,
  spec: CandidateOutputSpec,
  image: RgbImage,
): FoundBox[] {
  const { widthPx, heightPx } = image;
  const scale = edgePx / Math.max(widthPx, heightPx);
  const [scaleX, scaleY] =
    fit === 'stretch' ? [edgePx / widthPx, edgePx / heightPx] : [scale, scale];
  // Whole pixels, rounded down, as the makers' scripts have it; the little more is for a product that should be whole.
  const [innerX, innerY] = [
    Math.floor(widthPx * scaleX + 1e-6),
    Math.floor(heightPx * scaleY + 1e-6),
  ];
  const [left, top] =
    fit === 'centred'
      ? [Math.floor((edgePx - innerX) / 2), Math.floor((edgePx - innerY) / 2)]
      : [0, 0];
  const inner = meanOfAreas(image, innerX, innerY);
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

/**
 * Each pixel the mean of the area that it covers, weighted by how far it covers them: what OpenCV calls INTER_AREA,
 * rounded to whole levels.
 */
function meanOfAreas(image: RgbImage, widthPx: number, heightPx: number): RgbImage {
  const across = coverage(image.widthPx, widthPx);
  const down = coverage(image.heightPx, heightPx);
  const rows = new Float64Array(image.heightPx * widthPx * 3);
  for (let y = 0; y < image.heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      for (const [from, share] of across[x]!)
        for (let c = 0; c < 3; c++)
          rows[(y * widthPx + x) * 3 + c]! +=
            image.data[(y * image.widthPx + from) * 3 + c]! * share;
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++)
    for (let i = 0; i < widthPx * 3; i++)
      data[y * widthPx * 3 + i] = Math.round(
        down[y]!.reduce((sum, [from, share]) => sum + rows[from * widthPx * 3 + i]! * share, 0),
      );
  return { widthPx, heightPx, data };
}

/** For each of `to` pixels, those of `from` that it covers, with their shares. */
function coverage(from: number, to: number): [index: number, share: number][][] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * step, Math.min(from, (i + 1) * step)];
    const parts: [number, number][] = [];
    for (let j = Math.floor(start); j < end; j++)
      parts.push([j, (Math.min(end, j + 1) - Math.max(start, j)) / (end - start)]);
    return parts;
  });
}
