import { compileWebAssembly } from '../../../src/preprocess/compile-webassembly.js';
import { kernelBase64 } from './gen/kernel-bytes.js';

const pageBytes = 65536;
/** The memory below it belongs to the module's own constants, if it has any. */
const firstAddress = 1024;
/** Bytes of a vector. */
const vectorBytes = 16;

let known: WebAssembly.Module | null | undefined;

/** The compiled assembly/renderer.ts; undefined if the engine has no WebAssembly SIMD. */
export function renderKernel(): WebAssembly.Module | undefined {
  if (known === undefined) {
    const compiled = compileWebAssembly(kernelBase64);
    known = 'whyNot' in compiled ? null : compiled.module;
  }
  return known ?? undefined;
}

/**
 * Lays out the parts of a kernel's memory one after the other: each starts at a vector boundary and has room for one
 * vector beyond its end.
 */
export function layOut(): { take(bytes: number): number; end(): number } {
  let end = firstAddress;
  return {
    take(bytes) {
      const address = end;
      end = Math.ceil((end + bytes) / vectorBytes + 1) * vectorBytes;
      return address;
    },
    end: () => end,
  };
}

/** Grows a memory to at least this many bytes; its content stays. */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing > 0) memory.grow(missing);
}
