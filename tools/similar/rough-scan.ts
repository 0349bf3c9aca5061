import { compileWebAssembly } from '../../src/preprocess/compile-webassembly.js';
import { kernelBase64 } from './gen/kernel-bytes.js';
import {
  boundFactors,
  lowerBoundsPlainly,
  type RoughCodes,
  type RoughQuery,
} from './rough-codes.js';

/** The function of assembly/similar.ts, which explains it. */
interface KernelFunctions {
  lowerBounds(
    query: number,
    codes: number,
    dims: number,
    count: number,
    out: number,
    scale: number,
    crossScale: number,
    queryNorm: number,
    error: number,
  ): void;
}

const pageBytes = 65536;
/** The memory below it belongs to the module's own constants, if it has any. */
const queryAddress = 1024;
/** Size of a block of codes, small enough for the nearest caches. */
const blockBytes = 128 * 1024;

/** Bounds of rough codes against one query. */
export class RoughScan {
  readonly #query: RoughQuery;
  readonly #dims: number;
  readonly #codesAddress: number;
  readonly #rows: number;
  readonly #outAddress: number;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: KernelFunctions | undefined;

  constructor(query: RoughQuery) {
    this.#query = query;
    this.#dims = query.values.length;
    this.#rows = Math.ceil(blockBytes / this.#dims);
    this.#codesAddress = queryAddress + 2 * this.#dims;
    this.#outAddress = this.#codesAddress + this.#rows * this.#dims;
    const end = this.#outAddress + 4 * this.#rows;
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes) });
    const compiled = compileWebAssembly(kernelBase64);
    if ('whyNot' in compiled) return;
    const { exports } = new WebAssembly.Instance(compiled.module, {
      env: { memory: this.#memory },
    });
    this.#kernel = exports as unknown as KernelFunctions;
    new Int16Array(this.#memory.buffer, queryAddress, this.#dims).set(query.values);
  }

  /** As `lowerBoundsPlainly`. */
  lowerBounds(codes: RoughCodes, bounds: Float32Array): void {
    const dims = this.#dims;
    if (this.#kernel === undefined) {
      lowerBoundsPlainly(codes, dims, this.#query, bounds);
      return;
    }
    const { scale, crossScale, queryNorm, error } = boundFactors(codes, dims, this.#query);
    const { buffer } = this.#memory;
    const block = new Int8Array(buffer, this.#codesAddress, this.#rows * dims);
    const found = new Float32Array(buffer, this.#outAddress, this.#rows);
    for (let from = 0; from < bounds.length; from += this.#rows) {
      const count = Math.min(this.#rows, bounds.length - from);
      block.set(codes.values.subarray(from * dims, (from + count) * dims));
      this.#kernel.lowerBounds(
        queryAddress,
        this.#codesAddress,
        dims,
        count,
        this.#outAddress,
        scale,
        crossScale,
        queryNorm,
        error,
      );
      bounds.set(found.subarray(0, count), from);
    }
  }
}
