/** Pixels worked on at a time: their best scores stay in the first-level cache while the classes pass by. */
const blockPx = 2048;
const best = new Float32Array(blockPx);

/**
 * Class with the highest score for each pixel, the lowest id among equals. `scores` is float32 [classes, pixels]
 * (NCHW with N = 1), `out` uint8 [pixels]. A score that is no number never wins.
 */
export function decodeClassMap(scores: Float32Array, classCount: number, out: Uint8Array): void {
  const pixelCount = out.length;
  for (let start = 0; start < pixelCount; start += blockPx) {
    const count = Math.min(blockPx, pixelCount - start);
    for (let i = 0; i < count; i++) {
      const score = scores[start + i]!;
      // Nothing is greater than NaN, so it must not stand as the score to beat.
      best[i] = Number.isNaN(score) ? -Infinity : score;
      out[start + i] = 0;
    }
    for (let c = 1; c < classCount; c++) {
      const plane = c * pixelCount + start;
      for (let i = 0; i < count; i++) {
        const score = scores[plane + i]!;
        if (score > best[i]!) {
          best[i] = score;
          out[start + i] = c;
        }
      }
    }
  }
}
