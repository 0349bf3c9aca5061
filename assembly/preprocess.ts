// The kernel: AssemblyScript, compiled to WebAssembly SIMD by bin/build-kernel.js. What each function computes is
// defined in plain TypeScript, by src/preprocess and, for class maps, src/perception; src/preprocess/wasm-kernel.ts
// and src/perception/segmentation/class-map-kernel.ts lay out the memory and call them. Nothing here allocates: every address is the caller's.

export { averageLuma, averageRgb, averageRows } from './average-pairs';
export { boxPlane, boxRgb } from './boxes';
export { classMap } from './class-map';
export { interleave, mix, normalise, rgbFromVideo } from './colour';
export { gatherChroma, gatherLuma, gatherRgb } from './gather';
