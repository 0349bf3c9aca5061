import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { normalised, type SaliencyMap } from '../../../src/explanation/saliency-map.js';
import { meanInput } from './deletion-insertion.js';

/**
 * Occlusion of the network's input, which works for every task: a patch of a sixth of the shorter side, moved by half
 * its size, is filled with the input's mean. A place counts by how much of the answer is lost.
 */
export function occludedInput(
  spec: InputSpec,
  input: Float32Array,
  kept: (input: Float32Array) => number,
): SaliencyMap {
  const { widthPx, heightPx, layout } = spec;
  const patchPx = Math.max(2, Math.round(Math.min(widthPx, heightPx) / 6));
  const stepPx = Math.max(1, patchPx >> 1);
  const mean = meanInput(spec, input);
  const base = kept(input);
  const columns = Math.ceil(widthPx / stepPx);
  const rows = Math.ceil(heightPx / stepPx);
  const sums = new Float32Array(columns * rows);
  const counts = new Uint16Array(columns * rows);
  for (let top = stepPx - patchPx; top < heightPx; top += stepPx)
    for (let left = stepPx - patchPx; left < widthPx; left += stepPx) {
      const covered = Float32Array.from(input);
      for (let y = Math.max(0, top); y < Math.min(heightPx, top + patchPx); y++)
        for (let x = Math.max(0, left); x < Math.min(widthPx, left + patchPx); x++)
          for (let c = 0; c < 3; c++) {
            const pixel = y * widthPx + x;
            const place = layout === 'nchw' ? c * widthPx * heightPx + pixel : pixel * 3 + c;
            covered[place] = mean[place]!;
          }
      const lost = base - kept(covered);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const [x, y] = [(column + 0.5) * stepPx, (row + 0.5) * stepPx];
          if (x < left || x >= left + patchPx || y < top || y >= top + patchPx) continue;
          sums[row * columns + column]! += lost;
          counts[row * columns + column]!++;
        }
    }
  const values = sums.map((sum, i) => (counts[i] === 0 ? 0 : sum / counts[i]!));
  return normalised({ columns, rows, values });
}
