import type { Development } from './development.js';
import type { Capture } from './plan-capture.js';
import { growTo, layOut, renderKernel } from './render-kernel.js';
import { noiseLength } from './sensor-noise.js';

/** The functions of assembly/develop.ts, which explains them. Addresses and counts are integers. */
interface KernelFunctions {
  developRow(
    colours: number,
    strideBytes: number,
    offsets: number,
    rightWeights: number,
    lowerWeights: number,
    count: number,
    curves: number,
    vignette: number,
    squaredX: number,
    squaredY: number,
    noise: number,
    noiseAt: number,
    out: number,
  ): void;
  softenRow(from: number, rowBytes: number, columns: number, share: number, to: number): void;
}

/** Offsets in the kernel's memory, bytes. */
interface Layout {
  colours: number;
  offsets: number;
  rightWeights: number;
  lowerWeights: number;
  curves: number;
  squaredX: number;
  noise: number;
  picture: number;
  columns: number;
  soft: number;
  end: number;
}

let known: PictureKernel | null | undefined;

/** The thread's kernel; undefined if the engine has no WebAssembly SIMD. */
export function pictureKernel(): PictureKernel | undefined {
  if (known === undefined) {
    const module = renderKernel();
    known = module ? new PictureKernel(module) : null;
  }
  return known ?? undefined;
}

/** Develops pictures by WebAssembly SIMD, in a memory that grows to the largest one and is reused. */
export class PictureKernel {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #functions: KernelFunctions;
  /** What is in memory from the last picture: a drive's pictures share their mapping through the lens. */
  #held: { at?: Layout; offsets?: Int32Array; noise?: Int16Array | undefined } = {};

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#functions = exports as unknown as KernelFunctions;
  }

  /** As `developPlainly`. */
  develop(capture: Capture, development: Development): Uint8Array {
    const { widthPx, heightPx, noise, vignette, squaredY, blurShare } = development;
    const at = layoutOf(capture.target.colours.length, widthPx, heightPx);
    this.#load(capture, development, at);
    const rowBytes = widthPx * 3;
    for (let y = 0; y < heightPx; y++) {
      const pixel = y * widthPx;
      this.#functions.developRow(
        at.colours,
        capture.target.widthPx * 4,
        at.offsets + pixel * 4,
        at.rightWeights + pixel * 2,
        at.lowerWeights + pixel * 2,
        widthPx,
        at.curves,
        vignette,
        at.squaredX,
        squaredY[y]!,
        noise ? at.noise : 0,
        development.noiseStarts[y]!,
        at.picture + pixel * 3,
      );
    }
    const bytes = heightPx * rowBytes;
    const picture = new Uint8Array(this.#memory.buffer, at.picture, bytes);
    if (blurShare === 0) return picture.slice();
    const soft = new Uint8Array(this.#memory.buffer, at.soft, bytes);
    soft.set(picture);
    for (let y = 1; y + 1 < heightPx; y++) {
      const row = y * rowBytes;
      this.#functions.softenRow(at.picture + row, rowBytes, at.columns, blurShare, at.soft + row);
    }
    return soft.slice();
  }

  #load(capture: Capture, { curves, squaredX, noise }: Development, at: Layout): void {
    const { target, offsets, rightWeights, lowerWeights } = capture;
    growTo(this.#memory, at.end);
    const { buffer } = this.#memory;
    // Another size has another layout, which overwrites the last one's data.
    const isOtherSize = Object.entries(at).some(([part, address]) => {
      return this.#held.at?.[part as keyof Layout] !== address;
    });
    new Uint32Array(buffer, at.colours).set(target.colours);
    new Uint8Array(buffer, at.curves).set(curves);
    new Float64Array(buffer, at.squaredX, squaredX.length).set(squaredX);
    if (isOtherSize || this.#held.offsets !== offsets) {
      new Int32Array(buffer, at.offsets).set(offsets);
      new Uint16Array(buffer, at.rightWeights).set(rightWeights);
      new Uint16Array(buffer, at.lowerWeights).set(lowerWeights);
    }
    if (noise && (isOtherSize || this.#held.noise !== noise))
      new Int16Array(buffer, at.noise).set(noise);
    this.#held = { at, offsets, noise: noise ?? (isOtherSize ? undefined : this.#held.noise) };
  }
}

function layoutOf(targetLength: number, widthPx: number, heightPx: number): Layout {
  const count = widthPx * heightPx;
  const { take, end } = layOut();
  const parts = {
    colours: take(targetLength * 4),
    offsets: take(count * 4),
    rightWeights: take(count * 2),
    lowerWeights: take(count * 2),
    curves: take(3 * 256),
    squaredX: take(widthPx * 8),
    noise: take(noiseLength * 2),
    picture: take(count * 3),
    columns: take(widthPx * 3 * 2),
    soft: take(count * 3),
  };
  return { ...parts, end: end() };
}
