import { instantiateKernel, loadKernel } from '../../preprocess/kernel-module.js';
import { decodeClassMap } from './class-map.js';

/** Pixels decoded per block: the planes' parts of a block stay in the nearest caches. A multiple of 16. */
const blockPixels = 4096;
const pageBytes = 65536;
/** Addresses below are for the module's own constants, if it has any. */
const firstAddress = 1024;

/** Decodes float32 [classes, pixels] into uint8 [pixels]; what it computes is defined by decodeClassMap. */
export type ClassMapDecoder = (scores: Float32Array, out: Uint8Array) => void;

/**
 * The fastest decoder that this engine has for maps of `classCount` classes: WebAssembly SIMD, which decodes
 * sixteen pixels at a time (assembly/class-map.ts), or the plain definition. It keeps no state between calls.
 */
export function createClassMapDecoder(classCount: number): ClassMapDecoder {
  const loaded = loadKernel();
  if ('whyNot' in loaded) return (scores, out) => decodeClassMap(scores, classCount, out);
  const planeBytes = blockPixels * 4;
  const mapAddress = firstAddress + classCount * planeBytes;
  const bytes = mapAddress + blockPixels;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const { classMap } = instantiateKernel(loaded.module, memory);
  const planes = new Float32Array(memory.buffer, firstAddress, classCount * blockPixels);
  const map = new Uint8Array(memory.buffer, mapAddress, blockPixels);
  return (scores, out) => {
    const pixelCount = out.length;
    for (let start = 0; start < pixelCount; start += blockPixels) {
      const count = Math.min(blockPixels, pixelCount - start);
      for (let id = 0; id < classCount; id++) {
        const plane = id * pixelCount + start;
        planes.set(scores.subarray(plane, plane + count), id * blockPixels);
      }
      // The last block's last vector reads leftovers of an earlier block; their results are discarded.
      classMap(firstAddress, planeBytes, classCount, Math.ceil(count / 16) * 16, mapAddress);
      out.set(count === blockPixels ? map : map.subarray(0, count), start);
    }
  };
}
