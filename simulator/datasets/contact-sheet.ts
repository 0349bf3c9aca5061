import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { RgbImage } from '../../tools/datasets/sample.js';
import { loadAssets } from '../world/assets.js';
import { renderScene } from './scenes.js';

/** Scenes of `count` seeds in rows of `columns`, as an overview of a data set. Packed rgb8. */
export async function renderContactSheet(
  task: LabelledTask,
  seed: number,
  count: number,
  columns: number,
  tileWidthPx: number,
  tileHeightPx: number,
  onProgress?: (done: number, total: number) => void,
): Promise<RgbImage> {
  const assets = await loadAssets();
  const widthPx = columns * tileWidthPx;
  const heightPx = Math.ceil(count / columns) * tileHeightPx;
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let tile = 0; tile < count; tile++) {
    const { image } = renderScene(assets, task, seed + tile, tileWidthPx, tileHeightPx);
    const left = (tile % columns) * tileWidthPx;
    const top = Math.floor(tile / columns) * tileHeightPx;
    for (let y = 0; y < tileHeightPx; y++) {
      const row = image.data.subarray(y * tileWidthPx * 3, (y + 1) * tileWidthPx * 3);
      data.set(row, ((top + y) * widthPx + left) * 3);
    }
    onProgress?.(tile + 1, count);
  }
  return { widthPx, heightPx, data };
}
