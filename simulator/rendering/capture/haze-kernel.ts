import type { RenderTarget } from '../raster/render-target.js';
import type { Haze } from './haze.js';
import { growTo, layOut, renderKernel } from './render-kernel.js';

/** The function of assembly/haze.ts, which explains it. */
interface KernelFunctions {
  addHaze(
    colours: number,
    inverseDepths: number,
    count: number,
    kept: number,
    scale: number,
    air: number,
  ): void;
}

let known: HazeKernel | null | undefined;

/** The thread's kernel; undefined if the engine has no WebAssembly SIMD. */
export function hazeKernel(): HazeKernel | undefined {
  if (known === undefined) {
    const module = renderKernel();
    known = module ? new HazeKernel(module) : null;
  }
  return known ?? undefined;
}

/** Adds haze by WebAssembly SIMD, in a memory that grows to the largest picture and is reused. */
export class HazeKernel {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #functions: KernelFunctions;

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#functions = exports as unknown as KernelFunctions;
  }

  /** As `addHazePlainly`. */
  add({ colours, inverseDepths }: RenderTarget, { kept, stepsPerInverseM, air }: Haze): void {
    const { length } = colours;
    const { take, end } = layOut();
    const at = { colours: take(length * 4), depths: take(length * 4), kept: take(kept.length * 2) };
    growTo(this.#memory, end());
    const { buffer } = this.#memory;
    const own = new Uint32Array(buffer, at.colours, length);
    own.set(colours);
    // After the last pixel there is sky, which stays as it is.
    const depths = new Float32Array(buffer, at.depths, Math.ceil(length / 4) * 4);
    depths.fill(0, length);
    depths.set(inverseDepths);
    new Uint16Array(buffer, at.kept).set(kept);
    const count = depths.length;
    this.#functions.addHaze(at.colours, at.depths, count, at.kept, stepsPerInverseM, air);
    colours.set(own);
  }
}
