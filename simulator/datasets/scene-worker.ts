import { parentPort, workerData } from 'node:worker_threads';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { loadAssets } from '../world/assets.js';
import { type DatasetRecipe, writePictureSample } from './dataset.js';
import { renderScene } from './scenes.js';
import { cutSigns, type SignCrop } from './sign-crops.js';

/** Start data of a worker, and its answer for each scene index that it receives. */
export interface SceneWorkerData {
  task: LabelledTask;
  recipe: DatasetRecipe;
}
export type SceneAnswer =
  | { index: number; line: string; crops: SignCrop[] }
  | { index: number; error: string };

const port = parentPort;
if (port !== null) {
  const { task, recipe } = workerData as SceneWorkerData;
  port.on('message', (index: number) => {
    makeScene(task, recipe, index).then(
      (answer) => port.postMessage(answer),
      (error: unknown) =>
        port.postMessage({ index, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}

async function makeScene(
  task: LabelledTask,
  recipe: DatasetRecipe,
  index: number,
): Promise<SceneAnswer> {
  const assets = await loadAssets();
  if (task === 'signs') {
    const seed = recipe.seed + index;
    const scene = renderScene(assets, 'signs', seed, recipe.widthPx, recipe.heightPx);
    return { index, line: '', crops: cutSigns(scene, seed) };
  }
  return { index, line: await writePictureSample(assets, task, recipe, index), crops: [] };
}
