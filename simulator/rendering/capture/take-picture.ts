import type { Conditions } from '../../world/conditions.js';
import { Random } from '../../world/random.js';
import type { Development } from './development.js';
import { pictureKernel } from './picture-kernel.js';
import type { Capture } from './plan-capture.js';
import { noiseLength, noiseOf } from './sensor-noise.js';

/** Offsets of red, green and blue in the noise, from a row's start. */
const noiseSteps = [0, 21701, 43403] as const;

/**
 * Takes the picture through the lens: packed rgb8, with the camera's exposure, noise, blur and vignette. Computed by
 * WebAssembly SIMD if the engine has it, with the same bytes as `developPlainly`, which defines it.
 */
export function takePicture(
  capture: Capture,
  conditions: Conditions,
  widthPx: number,
  heightPx: number,
  noiseSeed: number,
): Uint8Array {
  const development = developmentOf(conditions, widthPx, heightPx, noiseSeed);
  const kernel = pictureKernel();
  return kernel ? kernel.develop(capture, development) : developPlainly(capture, development);
}

/** The development parameters of conditions and a seed, for a picture size. */
export function developmentOf(
  { gain, gamma, noise, vignette, blur }: Conditions,
  widthPx: number,
  heightPx: number,
  noiseSeed: number,
): Development {
  const curves = new Uint8Array(3 * 256);
  for (const [channel, factor] of gain.entries())
    curves.set(toneCurve(factor, gamma), channel * 256);
  const random = new Random(noiseSeed, 11);
  const strength = Math.round(noise * 16);
  return {
    widthPx,
    heightPx,
    curves,
    vignette,
    squaredX: squaredDistances(widthPx),
    squaredY: squaredDistances(heightPx),
    ...(strength > 0 && { noise: noiseOf(strength) }),
    noiseStarts: Uint16Array.from({ length: heightPx }, () => random.integer(0, noiseLength - 1)),
    blurShare: blur > 0 ? Math.round(blur * 16) : 0,
  };
}

/** Develops the picture pixel by pixel: the definition. */
export function developPlainly(capture: Capture, development: Development): Uint8Array {
  const { target, offsets, rightWeights, lowerWeights } = capture;
  const { widthPx, heightPx, curves, vignette, squaredX, squaredY, noise } = development;
  const { colours, widthPx: stride } = target;
  // Stores clamp what noise pushed out of 0..255.
  const picture = new Uint8ClampedArray(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    let noiseAt = development.noiseStarts[y]!;
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x;
      const from = offsets[at]!;
      const wx = rightWeights[at]!;
      const wy = lowerWeights[at]!;
      const a = colours[from]!;
      const b = colours[from + 1]!;
      const c = colours[from + stride]!;
      const d = colours[from + stride + 1]!;
      // The four weights add up to 256.
      const wd = (wx * wy) >> 8;
      const wb = wx - wd;
      const wc = wy - wd;
      const wa = 256 - wx - wy + wd;
      const dim = vignette > 0 ? (256 - vignette * (squaredX[x]! + squaredY[y]!) * 128) | 0 : 256;
      for (let channel = 0; channel < 3; channel++) {
        const shift = channel * 8;
        const mean =
          (((a >>> shift) & 255) * wa +
            ((b >>> shift) & 255) * wb +
            ((c >>> shift) & 255) * wc +
            ((d >>> shift) & 255) * wd) >>
          8;
        let value = (curves[channel * 256 + mean]! * dim) >> 8;
        if (noise) value += noise[(noiseAt + noiseSteps[channel]!) & (noiseLength - 1)]!;
        picture[at * 3 + channel] = value;
      }
      noiseAt++;
    }
  }
  const data = new Uint8Array(picture.buffer);
  return development.blurShare > 0 ? softened(data, development) : data;
}

const squaredDistances = (count: number) =>
  Float64Array.from({ length: count }, (_, i) => ((2 * i) / count - 1) ** 2);

function toneCurve(gain: number, gamma: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) =>
    Math.min(255, Math.max(0, Math.round(255 * (value / 255) ** gamma * gain))),
  );
}

/** The picture mixed with its 3x3 binomial blur; the outermost pixels stay as they are. */
function softened(from: Uint8Array, { widthPx, heightPx, blurShare }: Development): Uint8Array {
  const to = from.slice();
  const row = widthPx * 3;
  for (let y = 1; y + 1 < heightPx; y++) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at++) {
      const cross = from[at - 3]! + from[at + 3]! + from[at - row]! + from[at + row]!;
      const corners =
        from[at - row - 3]! + from[at - row + 3]! + from[at + row - 3]! + from[at + row + 3]!;
      const soft = from[at]! * 4 + cross * 2 + corners;
      to[at] = (from[at]! * 16 * (16 - blurShare) + soft * blurShare + 128) >> 8;
    }
  }
  return to;
}
