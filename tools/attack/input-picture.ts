import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { RgbImage } from '../datasets/sample.js';
import { channelOf } from '../gradients/input-bounds.js';

/** One item of a network's input, converted back to a picture for people. */
export function inputPicture(spec: InputSpec, input: Float32Array): RgbImage {
  const { widthPx, heightPx, mean, scale, colour, layout } = spec;
  const pixels = widthPx * heightPx;
  const channel = channelOf(spec, input.length);
  const levels = input.map((value, i) => value / scale[channel(i)]! + mean[channel(i)]!);
  const data = new Uint8ClampedArray(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const [a, b, c] = [0, 1, 2].map((k) => levels[layout === 'nchw' ? k * pixels + i : i * 3 + k]!);
    const [u, v] = [b! - 128, c! - 128];
    const rgb =
      colour === 'yuv'
        ? [a! + 1.402 * v, a! - 0.344136 * u - 0.714136 * v, a! + 1.772 * u]
        : colour === 'bgr'
          ? [c!, b!, a!]
          : [a!, b!, c!];
    data.set(rgb, i * 3);
  }
  return { widthPx, heightPx, data: new Uint8Array(data.buffer) };
}

/** The change, drawn around middle grey and amplified until it is visible. */
export function changePicture(before: RgbImage, after: RgbImage): RgbImage {
  const most = after.data.reduce(
    (max, level, i) => Math.max(max, Math.abs(level - before.data[i]!)),
    1,
  );
  const data = after.data.map((level, i) => 128 + ((level - before.data[i]!) * 120) / most);
  return { ...before, data };
}
