import { type CompiledModule, compileWebAssembly } from './compile-webassembly.js';
import { kernelBase64 } from './gen/kernel-bytes.js';

/** The functions of assembly/preprocess.ts; their own files explain them. Addresses and counts are whole numbers. */
export interface KernelFunctions {
  averageRgb(from: number, to: number, bytes: number, stride: number): void;
  averageLuma(from: number, to: number, bytes: number, stride: number): void;
  averageRows(from: number, to: number, bytes: number, stride: number): void;
  gatherRgb(
    offsets: number,
    weights: number,
    count: number,
    stride: number,
    red: number,
    green: number,
    blue: number,
    scaleR: number,
    scaleG: number,
    scaleB: number,
    biasR: number,
    biasG: number,
    biasB: number,
  ): void;
  gatherLuma(
    offsets: number,
    weights: number,
    count: number,
    stride: number,
    out: number,
    scale: number,
  ): void;
  gatherChroma(
    offsets: number,
    weights: number,
    count: number,
    stride: number,
    outU: number,
    outV: number,
    scale: number,
  ): void;
  boxRgb(
    offsets: number,
    shares: number,
    count: number,
    stride: number,
    width: number,
    height: number,
    red: number,
    green: number,
    blue: number,
    scaleR: number,
    scaleG: number,
    scaleB: number,
    biasR: number,
    biasG: number,
    biasB: number,
  ): void;
  boxPlane(
    offsets: number,
    shares: number,
    count: number,
    stride: number,
    height: number,
    patterns: number,
    vectors: number,
    out: number,
    scale: number,
  ): void;
  classMap(scores: number, planeBytes: number, classCount: number, count: number, to: number): void;
  rgbFromVideo(first: number, second: number, third: number, count: number): void;
  mix(
    red: number,
    green: number,
    blue: number,
    count: number,
    out: number,
    fromRed: number,
    fromGreen: number,
    fromBlue: number,
    bias: number,
  ): void;
  normalise(values: number, count: number, scale: number, bias: number): void;
  interleave(first: number, second: number, third: number, count: number, out: number): void;
}

let loaded: CompiledModule | undefined;

/** Compiles the kernel on the first call in a thread; later calls return the same module. Never throws. */
export function loadKernel(): CompiledModule {
  loaded ??= compileWebAssembly(kernelBase64);
  return loaded;
}

/** Instantiates the kernel on the given memory. */
export function instantiateKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): KernelFunctions {
  return new WebAssembly.Instance(module, { env: { memory } })
    .exports as unknown as KernelFunctions;
}
