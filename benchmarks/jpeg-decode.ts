import sharp from 'sharp';
import { Random } from '../simulator/world/random.js';
import { encodeJpeg } from '../src/codec/image-codec.js';
import { decodePlainJpegInto } from '../src/codec/turbo-jpeg.js';
import type { BenchmarkCase, Operation } from './harness/benchmark.js';
import { runBenchmark } from './harness/run-benchmark.js';

// Cost of one recorded frame before any network runs: the rig's decoder next to the general one.
const [widthPx, heightPx] = [1280, 720];
const quality = 80;

/** Smooth shades with grain, which compress like a road under a sky: about 120 kB. */
function picture(): Promise<Uint8Array> {
  const random = new Random(7);
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % widthPx, Math.floor(i / 3 / widthPx)];
    return 120 + 60 * Math.sin(x / 90) + 50 * Math.cos(y / 70 + (i % 3)) + 6 * random.normal();
  });
  return encodeJpeg({ widthPx, heightPx, data }, quality);
}

async function turbo(): Promise<Operation> {
  const jpeg = await picture();
  const slot = new Uint8Array(new SharedArrayBuffer(widthPx * heightPx * 3));
  return {
    run: () => decodePlainJpegInto(jpeg, slot),
    result: () => Float32Array.from(slot),
    note: `${(jpeg.length / 1024).toFixed(0)} kB`,
  };
}

async function bySharp(): Promise<Operation> {
  const jpeg = await picture();
  const slot = new Uint8Array(new SharedArrayBuffer(widthPx * heightPx * 3));
  return {
    run: async () => slot.set(await sharp(jpeg).removeAlpha().raw().toBuffer()),
    result: () => Float32Array.from(slot),
  };
}

const cases: BenchmarkCase[] = [
  {
    name: `${widthPx}x${heightPx}`,
    resultUnit: { name: 'grey levels', perValue: 1 },
    variants: [
      { name: 'libjpeg-turbo into the slot', prepare: turbo },
      { name: 'sharp, copied', isReference: true, prepare: bySharp },
    ],
  },
];

await runBenchmark({
  name: 'jpeg-decode',
  operation: 'one 720p JPEG to rgb8 in a slot of the ring',
  warmUp: 10,
  samples: 60,
  cases: () => cases,
});
