import type { FrameLayout } from '../../frame/frame.js';
import { medianInPlace } from '../../frame/median.js';

/** Samples of a frame across and down. */
export const samplesX = 64;
export const samplesY = 36;
export const sampleCount = samplesX * samplesY;
/** Half the length of the row of pixels that is searched for an edge. */
const reachPx = 8;
/** NV12's luma is that of video, 16..235; this makes it the 0..255 that thresholds and rgb8 have. */
const fullRange = Uint8ClampedArray.from({ length: 256 }, (_, y) => ((y - 16) * 255) / 219);
/** Least height of an edge, levels of luma. */
const leastEdge = 40;
/** With fewer edges, sharpness is not judged. */
const leastEdges = 24;

/** Measurements of one picture. */
export interface PictureMeasures {
  /** Luma below which 98 % of the samples are, 0..255. */
  luma98: number;
  /** Share of samples at 250 or more. */
  saturatedShare: number;
  /** Steepest step of an edge over its height, median of the edges, 0..1; undefined with too few edges. */
  edgeSteepness: number | undefined;
}

/** Reads a picture on a grid of 64x36 points; its buffers are made once. */
export class PictureSamples {
  /** Luma of the last picture, 0..255, row by row. */
  readonly luma = new Uint8Array(sampleCount);
  readonly #layout: FrameLayout;
  readonly #histogram = new Uint32Array(256);
  readonly #steepness = new Float32Array(sampleCount);

  constructor(layout: FrameLayout) {
    this.#layout = layout;
  }

  /** `pixels`: frameBytes(layout) bytes. */
  measure(pixels: Uint8Array): PictureMeasures {
    const { format, widthPx, heightPx, strideBytes } = this.#layout;
    const pixelBytes = format === 'rgb8' ? 3 : 1;
    // Green is used for luma: it carries most of it, and reading it costs a third.
    const offset = format === 'rgb8' ? 1 : 0;
    this.#histogram.fill(0);
    let edges = 0;
    for (let row = 0, index = 0; row < samplesY; row++) {
      const line = Math.floor(((row + 0.5) * heightPx) / samplesY) * strideBytes + offset;
      for (let column = 0; column < samplesX; column++, index++) {
        const x = Math.floor(((column + 0.5) * widthPx) / samplesX);
        const stored = pixels[line + x * pixelBytes]!;
        const value = format === 'nv12' ? fullRange[stored]! : stored;
        this.luma[index] = value;
        this.#histogram[value]!++;
        const left = Math.max(0, x - reachPx);
        const right = Math.min(widthPx - 1, x + reachPx);
        const steepness = steepnessIn(pixels, line + left * pixelBytes, right - left, pixelBytes);
        if (steepness > 0) this.#steepness[edges++] = steepness;
      }
    }
    const steepness = this.#steepness.subarray(0, edges);
    return {
      luma98: this.#percentile(0.98),
      saturatedShare: this.#shareFrom(250),
      edgeSteepness: edges < leastEdges ? undefined : medianInPlace(steepness),
    };
  }

  #percentile(share: number): number {
    let count = 0;
    for (let value = 0; value < 256; value++) {
      count += this.#histogram[value]!;
      if (count >= share * sampleCount) return value;
    }
    return 255;
  }

  #shareFrom(least: number): number {
    let count = 0;
    for (let value = least; value < 256; value++) count += this.#histogram[value]!;
    return count / sampleCount;
  }
}

/** Largest difference of neighbours over the range of a row of pixels; 0 if there is no edge. */
function steepnessIn(pixels: Uint8Array, at: number, steps: number, pixelBytes: number): number {
  let last = pixels[at]!;
  let least = last;
  let most = last;
  let steepest = 0;
  for (let step = 1; step <= steps; step++) {
    const value = pixels[at + step * pixelBytes]!;
    const difference = value > last ? value - last : last - value;
    if (difference > steepest) steepest = difference;
    if (value < least) least = value;
    if (value > most) most = value;
    last = value;
  }
  const range = most - least;
  return range < leastEdge ? 0 : steepest / range;
}
