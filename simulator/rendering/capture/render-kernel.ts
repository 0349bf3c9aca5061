import { compileWebAssembly } from '../../../src/preprocess/compile-webassembly.js';
import { kernelBase64 } from './gen/kernel-bytes.js';

const pageBytes = 65536;
/** Below it lie the module's own constants, if it has any. */
const firstAddress = 1024;
/** Bytes of a vector. */
const vectorBytes = 16;

let known: WebAssembly.Module | null | undefined;

/** The compiled assembly/renderer.ts, or undefined where the engine has no WebAssembly SIMD. */
export function renderKernel(): WebAssembly.Module | undefined {
  if (known === undefined) {
    const compiled = compileWebAssembly(kernelBase64);
    known = 'whyNot' in compiled ? null : compiled.module;
  }
  return known ?? undefined;
}

/** Places one part of a kernel's memory after the other: each begins where vectors lie whole, with room for one beyond its end. */
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

/** Lets a memory have this many bytes at least; what it held stays. */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing > 0) memory.grow(missing);
}
