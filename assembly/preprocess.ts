// The preprocessing kernel: AssemblyScript, compiled to WebAssembly SIMD by bin/build-kernel.js. What each function
// computes is defined by src/preprocess in plain TypeScript; src/preprocess/wasm-kernel.ts lays out the memory and
// calls them. Nothing here allocates: every address is the caller's.

export { averageLuma, averageRgb, averageRows } from './average-pairs';
export { boxPlane, boxRgb } from './boxes';
export { interleave, mix, normalise, rgbFromVideo } from './colour';
export { gatherChroma, gatherLuma, gatherRgb } from './gather';
