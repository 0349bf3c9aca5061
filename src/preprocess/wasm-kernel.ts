import { type InputSpec, paddingRgb } from '../bundle/input-spec.js';
import { yuvFromRgb } from './colour-rows.js';
import { instantiateKernel, type KernelFunctions } from './kernel-module.js';
import { type SampledPlane, weightOne } from './sample-grid.js';
import type { Normalisation } from './sample-rgb.js';
import {
  createStrip,
  fillStrip,
  isWithinKernel,
  kernelWeightOne,
  patternAddress,
  patternVectors,
  planStrip,
  type Strip,
  stripBytes,
} from './strip.js';

/** Input pixels made per block: few enough for the nearest caches, enough to make calls cheap. */
const blockPixelsAim = 8192;
const pageBytes = 65536;
/** Addresses below are for the module's own constants, if it has any. */
const firstAddress = 1024;
const alignUp = (count: number, to: number) => Math.ceil(count / to) * to;

type Triple<T> = readonly [T, T, T];

/** Three float32 planes of a block in the kernel's memory. */
interface BlockPlanes {
  readonly addresses: Triple<number>;
  /** Views of a whole block's values, and of the last block's. */
  readonly views: Triple<Float32Array>;
  readonly lastViews: Triple<Float32Array>;
}

/**
 * The compiled kernel for one table: its memory holds the plan, and the current rows of the frame and block of the
 * input. Agrees with the TypeScript kernel to within one grey level.
 */
export class WasmKernel {
  readonly #spec: InputSpec;
  readonly #normalisation: Normalisation;
  readonly #kernel: KernelFunctions;
  readonly #memory: Uint8Array<ArrayBuffer>;
  readonly #strips: readonly Strip[];
  readonly #pixelCount: number;
  /** Pixels per block: whole rows of the input. */
  readonly #blockPixels: number;
  /** Sampled values, and what they become if colours or the layout change. */
  readonly #sampled: BlockPlanes;
  readonly #turned: BlockPlanes;
  /** Starts and ends, alternating, of the runs of pixels that show nothing of the frame. */
  readonly #paddingRuns: number[] = [];
  /** Their values, in the tensor's order of channels. */
  readonly #padding: Triple<number>;

  /** `normalisation` says how red, green, blue (or Y, U, V) become values of the tensor. */
  constructor(
    module: WebAssembly.Module,
    spec: InputSpec,
    planes: readonly SampledPlane[],
    normalisation: Normalisation,
  ) {
    this.#spec = spec;
    this.#normalisation = normalisation;
    this.#pixelCount = spec.widthPx * spec.heightPx;
    const blockRows = Math.max(1, Math.round(blockPixelsAim / spec.widthPx));
    this.#blockPixels = Math.min(this.#pixelCount, blockRows * spec.widthPx);
    const blockCount = Math.ceil(this.#pixelCount / this.#blockPixels);
    // A block's last vector may reach beyond the last pixel, to entries of zero weight.
    const tableCount = this.#pixelCount + 4;
    const planeBytes = alignUp(this.#blockPixels, 16) * 4;

    const sampledAddress = firstAddress;
    const turnedAddress = sampledAddress + 3 * planeBytes;
    let end = turnedAddress + 3 * planeBytes;
    this.#strips = planes.map((plane) => {
      const strip = createStrip(plane, end, tableCount, blockCount);
      end += alignUp(stripBytes(plane, tableCount), 64);
      return strip;
    });
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes) + 1 });
    this.#memory = new Uint8Array(memory.buffer);
    this.#kernel = instantiateKernel(module, memory);
    const lastPixels = this.#pixelCount - (blockCount - 1) * this.#blockPixels;
    const blockPlanes = (address: number): BlockPlanes => {
      const addresses = [address, address + planeBytes, address + 2 * planeBytes] as const;
      const view = (count: number) => (at: number) => new Float32Array(memory.buffer, at, count);
      return {
        addresses,
        views: mapTriple(addresses, view(this.#blockPixels)),
        lastViews: mapTriple(addresses, view(lastPixels)),
      };
    };
    this.#sampled = blockPlanes(sampledAddress);
    this.#turned = blockPlanes(turnedAddress);
    this.#padding = paddingOf(spec, normalisation);
  }

  /** Takes over the planes' grids as they are now. False if they exceed the kernel's limits: then it cannot run. */
  plan(): boolean {
    if (!this.#strips.every(({ plane }) => isWithinKernel(plane))) return false;
    for (const strip of this.#strips)
      planStrip(strip, this.#memory.buffer, this.#pixelCount, this.#blockPixels);
    this.#findPadding();
    return true;
  }

  /** Both buffers must be long enough. */
  run(pixels: Uint8Array, out: Float32Array, outStart: number): void {
    for (let block = 0, start = 0; start < this.#pixelCount; block++, start += this.#blockPixels) {
      for (const strip of this.#strips) fillStrip(strip, block, pixels, this.#memory, this.#kernel);
      const count = Math.min(this.#blockPixels, this.#pixelCount - start);
      const made = this.#makeBlock(start, count);
      this.#copyOut(made, start, count, out, outStart);
    }
    this.#writePadding(out, outStart);
  }

  /** Computes final values of pixels start .. start + count - 1 of the input and returns the planes that hold them. */
  #makeBlock(start: number, count: number): BlockPlanes {
    const { scale, bias } = this.#normalisation;
    const isYuv = this.#spec.colour === 'yuv';
    const [first, chroma] = this.#strips as [Strip, Strip?];
    if (chroma === undefined && !isYuv) {
      this.#sampleRgb(first, start, count, scale, bias);
      return this.#sampled;
    }
    const wholeVectors = alignUp(count, 4);
    const [a, b, c] = this.#sampled.addresses;
    if (chroma === undefined) {
      this.#sampleRgb(first, start, count, [1, 1, 1], [0, 0, 0]);
    } else {
      this.#sampleLuma(first, start, count, a);
      this.#sampleChroma(chroma, start, count, b, c);
      this.#kernel.rgbFromVideo(a, b, c, wholeVectors);
    }
    if (!isYuv) {
      for (let i = 0; i < 3; i++)
        this.#kernel.normalise(this.#sampled.addresses[i]!, wholeVectors, scale[i]!, bias[i]!);
      return this.#sampled;
    }
    for (let i = 0; i < 3; i++) {
      const to = this.#turned.addresses[i]!;
      const [red, green, blue] = yuvFromRgb[i]!;
      const by = scale[i]!;
      const offset = (i === 0 ? 0 : 128) * by + bias[i]!;
      this.#kernel.mix(a, b, c, wholeVectors, to, red * by, green * by, blue * by, offset);
    }
    return this.#turned;
  }

  #sampleRgb(
    strip: Strip,
    start: number,
    count: number,
    scale: Triple<number>,
    bias: Triple<number>,
  ): void {
    const { boxWidthPx, boxHeightPx } = strip.plane.grid;
    const [a, b, c] = this.#sampled.addresses;
    const offsets = strip.offsetsAddress + start * 4;
    const weights = strip.weightsAddress + start * 8;
    const isBoxes = strip.method === 'boxes';
    const unit = isBoxes ? 1 / (boxWidthPx * boxHeightPx) : 1 / kernelWeightOne;
    const [r, g, blue] = [scale[0] * unit, scale[1] * unit, scale[2] * unit];
    const [p, q, s] = bias;
    const { boxRgb, gatherRgb } = this.#kernel;
    const stride = strip.strideBytes;
    if (isBoxes)
      boxRgb(
        offsets,
        weights,
        count,
        stride,
        boxWidthPx,
        boxHeightPx,
        a,
        b,
        c,
        r,
        g,
        blue,
        p,
        q,
        s,
      );
    else gatherRgb(offsets, weights, alignUp(count, 4), stride, a, b, c, r, g, blue, p, q, s);
  }

  #sampleLuma(strip: Strip, start: number, count: number, out: number): void {
    if (strip.method === 'boxes') {
      this.#samplePlane(strip, 0, start, count, out);
      return;
    }
    const offsets = strip.offsetsAddress + start * 4;
    const weights = strip.weightsAddress + start * 8;
    const whole = alignUp(count, 4);
    this.#kernel.gatherLuma(offsets, weights, whole, strip.strideBytes, out, 1 / kernelWeightOne);
  }

  #sampleChroma(strip: Strip, start: number, count: number, outU: number, outV: number): void {
    if (strip.method === 'boxes') {
      this.#samplePlane(strip, 0, start, count, outU);
      this.#samplePlane(strip, 1, start, count, outV);
      return;
    }
    const offsets = strip.offsetsAddress + start * 4;
    const weights = strip.weightsAddress + start * 8;
    const { strideBytes } = strip;
    const unit = 1 / kernelWeightOne;
    const whole = alignUp(count, 4);
    this.#kernel.gatherChroma(offsets, weights, whole, strideBytes, outU, outV, unit);
  }

  #samplePlane(strip: Strip, channel: number, start: number, count: number, out: number): void {
    const { boxWidthPx, boxHeightPx } = strip.plane.grid;
    const offsets = strip.offsetsAddress + start * 4;
    const shares = strip.weightsAddress + start * 8;
    const patterns = patternAddress(strip, channel);
    const vectors = patternVectors(strip.plane);
    const unit = 1 / (weightOne * boxWidthPx * boxHeightPx);
    const stride = strip.strideBytes;
    const { boxPlane } = this.#kernel;
    boxPlane(offsets, shares, count, stride, boxHeightPx, patterns, vectors, out, unit);
  }

  #copyOut(
    made: BlockPlanes,
    start: number,
    count: number,
    out: Float32Array,
    outStart: number,
  ): void {
    const isBgr = this.#spec.colour === 'bgr';
    const place = (channel: number) => (isBgr ? 2 - channel : channel);
    if (this.#spec.layout === 'nchw') {
      const views = count === this.#blockPixels ? made.views : made.lastViews;
      for (let i = 0; i < 3; i++)
        out.set(views[i]!, outStart + place(i) * this.#pixelCount + start);
      return;
    }
    const triples = made === this.#sampled ? this.#turned : this.#sampled;
    const to = triples.addresses[0];
    const from = made.addresses;
    this.#kernel.interleave(from[place(0)]!, from[place(1)]!, from[place(2)]!, count, to);
    const values = new Float32Array(this.#memory.buffer, to, 3 * count);
    out.set(values, outStart + 3 * start);
  }

  #findPadding(): void {
    const { offsets } = this.#strips[0]!.plane.grid;
    const runs = this.#paddingRuns;
    runs.length = 0;
    let isInside = true;
    for (let i = 0; i < this.#pixelCount; i++) {
      if (offsets[i]! < 0 !== isInside) continue;
      runs.push(i);
      isInside = !isInside;
    }
    if (!isInside) runs.push(this.#pixelCount);
  }

  #writePadding(out: Float32Array, outStart: number): void {
    const runs = this.#paddingRuns;
    const isPlanar = this.#spec.layout === 'nchw';
    for (let run = 0; run < runs.length; run += 2) {
      const start = runs[run]!;
      const end = runs[run + 1]!;
      for (let channel = 0; channel < 3; channel++) {
        const value = this.#padding[channel]!;
        if (isPlanar) {
          const plane = outStart + channel * this.#pixelCount;
          out.fill(value, plane + start, plane + end);
        } else {
          for (let i = start; i < end; i++) out[outStart + 3 * i + channel] = value;
        }
      }
    }
  }
}

/** The padding as the tensor holds it. */
function paddingOf(spec: InputSpec, { scale, bias }: Normalisation): Triple<number> {
  const { colour, padValue, padRgb } = spec;
  const rgb = paddingRgb(spec);
  const mixed = (channel: number) =>
    yuvFromRgb[channel]!.reduce((sum, share, from) => sum + share * rgb[from]!, 0) +
    (channel > 0 ? 128 : 0);
  const value = (channel: number) => {
    if (colour !== 'yuv') return rgb[channel]!;
    // Grey has no colour: its U and V are exactly in the middle.
    return padRgb === undefined ? (channel > 0 ? 128 : padValue) : mixed(channel);
  };
  const entry = (channel: number) => value(channel) * scale[channel]! + bias[channel]!;
  return colour === 'bgr' ? [entry(2), entry(1), entry(0)] : [entry(0), entry(1), entry(2)];
}

function mapTriple<T, U>([a, b, c]: Triple<T>, map: (value: T) => U): Triple<U> {
  return [map(a), map(b), map(c)];
}
