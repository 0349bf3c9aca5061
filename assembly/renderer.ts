// What the simulator's renderer does to every pixel: AssemblyScript, compiled to WebAssembly SIMD by bin/build-kernel.js. What
// each function computes is defined in plain TypeScript, by take-picture.ts and add-haze.ts of simulator/rendering/capture; the
// kernels beside them lay out the memory and call them. Nothing here allocates: every address is the caller's.

export { developRow, softenRow } from './develop';
export { addHaze } from './haze';
