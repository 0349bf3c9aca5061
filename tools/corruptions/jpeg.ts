import { at, type Corruption } from './corruption.js';

/** Quantisation steps of luma and chroma at quality 50, row by row (ITU-T T.81, annex K.1). */
const lumaSteps = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
  92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const chromaSteps = [
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  99,
  99,
  99,
  99,
  ...new Array<number>(32).fill(99),
];

/** cosines[k * 8 + n]: row k of the orthonormal discrete cosine transform of 8 values. */
const cosines = Float32Array.from({ length: 64 }, (_, i) => {
  const [k, n] = [i >> 3, i & 7];
  return Math.cos(((2 * n + 1) * k * Math.PI) / 16) * (k === 0 ? Math.SQRT1_2 : 1) * 0.5;
});

/** The losses of JPEG at qualities from 30 down to 4: its transform and rounding, without writing a file. */
export const jpeg: Corruption = ({ widthPx, heightPx, data }, strength) => {
  const quality = at([30, 18, 12, 8, 4], strength);
  // Scaled as libjpeg does for qualities below 50.
  const scale = 50 / quality;
  const planes = [0, 1, 2].map(() => new Float32Array(widthPx * heightPx));
  const [luma, blue, red] = planes as [Float32Array, Float32Array, Float32Array];
  for (let i = 0, p = 0; p < data.length; i++, p += 3) {
    const [r, g, b] = [data[p]!, data[p + 1]!, data[p + 2]!];
    luma[i] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
    blue[i] = -0.168736 * r - 0.331264 * g + 0.5 * b;
    red[i] = 0.5 * r - 0.418688 * g - 0.081312 * b;
  }
  roundBlocks(luma, widthPx, heightPx, lumaSteps, scale);
  roundBlocks(blue, widthPx, heightPx, chromaSteps, scale);
  roundBlocks(red, widthPx, heightPx, chromaSteps, scale);
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0, p = 0; p < data.length; i++, p += 3) {
    const y = luma[i]! + 128;
    out[p] = y + 1.402 * red[i]!;
    out[p + 1] = y - 0.344136 * blue[i]! - 0.714136 * red[i]!;
    out[p + 2] = y + 1.772 * blue[i]!;
  }
  return { widthPx, heightPx, data: new Uint8Array(out.buffer) };
};

function roundBlocks(
  plane: Float32Array,
  widthPx: number,
  heightPx: number,
  steps: readonly number[],
  scale: number,
): void {
  const sizes = steps.map((step) => Math.min(255, Math.max(1, Math.round(step * scale))));
  const block = new Float32Array(64);
  const half = new Float32Array(64);
  for (let top = 0; top < heightPx; top += 8)
    for (let left = 0; left < widthPx; left += 8) {
      const place = (i: number) =>
        Math.min(heightPx - 1, top + (i >> 3)) * widthPx + Math.min(widthPx - 1, left + (i & 7));
      for (let i = 0; i < 64; i++) block[i] = plane[place(i)]!;
      transform(block, half, false);
      for (let i = 0; i < 64; i++) block[i] = Math.round(block[i]! / sizes[i]!) * sizes[i]!;
      transform(block, half, true);
      for (let i = 0; i < 64; i++)
        if (top + (i >> 3) < heightPx && left + (i & 7) < widthPx) plane[place(i)] = block[i]!;
    }
}

/** C B C' in place, or its inverse C' B C. */
function transform(block: Float32Array, half: Float32Array, isInverse: boolean): void {
  const c = (k: number, n: number) => cosines[isInverse ? n * 8 + k : k * 8 + n]!;
  for (let k = 0; k < 8; k++)
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let n = 0; n < 8; n++) sum += c(k, n) * block[n * 8 + x]!;
      half[k * 8 + x] = sum;
    }
  for (let k = 0; k < 8; k++)
    for (let y = 0; y < 8; y++) {
      let sum = 0;
      for (let n = 0; n < 8; n++) sum += c(k, n) * half[y * 8 + n]!;
      block[y * 8 + k] = sum;
    }
}
