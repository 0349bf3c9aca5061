import { type InputSpec, paddingRgb } from '../bundle/input-spec.js';
import { rgbFromVideoYuv, writeColourRow } from './colour-rows.js';
import type { SampledPlane } from './sample-grid.js';
import { samplePlane } from './sample-plane.js';
import { type Normalisation, type RgbTarget, sampleRgb } from './sample-rgb.js';

/** Preprocessing in plain TypeScript: the reference for the compiled kernel, and the fallback where that cannot run. */
export class PlainKernel {
  readonly #spec: InputSpec;
  readonly #planes: readonly SampledPlane[];
  /** How sampled colours become values of the tensor; aimed at each row in turn. */
  readonly #target: RgbTarget;
  /** One row of red, green and blue, for colours that are converted before they are written. */
  readonly #scratch: Float32Array;
  readonly #scratchTarget: RgbTarget;
  readonly #padding: readonly [number, number, number];

  constructor(spec: InputSpec, planes: readonly SampledPlane[], normalisation: Normalisation) {
    this.#spec = spec;
    this.#planes = planes;
    this.#scratch = new Float32Array(3 * spec.widthPx);
    this.#target = { out: this.#scratch, starts: [0, 0, 0], ...normalisation };
    this.#padding = paddingRgb(spec);
    this.#scratchTarget = {
      out: this.#scratch,
      starts: [0, spec.widthPx, 2 * spec.widthPx],
      scale: [1, 1, 1],
      bias: [0, 0, 0],
    };
  }

  /** Both buffers must be long enough. */
  run(pixels: Uint8Array, out: Float32Array, outStart: number): void {
    const { widthPx, heightPx, colour, layout } = this.#spec;
    const padding = this.#padding;
    const [first, chroma] = this.#planes as [SampledPlane, SampledPlane?];
    const { source, grid } = first;
    const scratch = this.#scratch;
    this.#target.out = out;
    if (chroma === undefined && colour !== 'yuv' && layout === 'nchw') {
      // Nothing needs conversion, and the rows of a plane are contiguous: the whole picture is one run.
      this.#aimAtRow(outStart, 0);
      const count = widthPx * heightPx;
      sampleRgb(pixels, source.strideBytes, grid, 0, count, padding, this.#target);
      return;
    }
    for (let row = 0; row < heightPx; row++) {
      const start = row * widthPx;
      if (chroma === undefined) {
        const to = this.#scratchTarget;
        sampleRgb(pixels, source.strideBytes, grid, start, widthPx, padding, to);
      } else {
        samplePlane(pixels, first, 0, start, widthPx, padding[0], scratch, 0);
        for (let byte = 0; byte < 2; byte++) {
          const at = (1 + byte) * widthPx;
          samplePlane(pixels, chroma, byte, start, widthPx, padding[1 + byte]!, scratch, at);
        }
        rgbFromVideoYuv(scratch, widthPx, grid.offsets, start);
      }
      this.#aimAtRow(outStart, row);
      writeColourRow(scratch, widthPx, colour === 'yuv', this.#target, layout === 'nchw' ? 1 : 3);
    }
  }

  /** Points the target at one row of the tensor. */
  #aimAtRow(outStart: number, row: number): void {
    const { widthPx, heightPx, layout, colour } = this.#spec;
    const isPlanar = layout === 'nchw';
    const channelStep = isPlanar ? widthPx * heightPx : 1;
    const start = outStart + row * widthPx * (isPlanar ? 1 : 3);
    for (let channel = 0; channel < 3; channel++) {
      const place = colour === 'bgr' ? 2 - channel : channel;
      this.#target.starts[channel] = start + place * channelStep;
    }
  }
}
