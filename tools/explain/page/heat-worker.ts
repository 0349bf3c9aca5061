import { parentPort, workerData } from 'node:worker_threads';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { scaleCamera } from '../../../src/calibration/camera-model.js';
import { heatOver } from '../../../src/explanation/heat.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { stageTable } from '../../../src/stages/stage-table.js';
import { explainMap } from '../explain-picture.js';
import { floatTwin } from '../float-twin.js';
import { surestCrop } from '../surest-crop.js';
import type { HeatAnswer, HeatOrder, HeatThreadData } from './heat-thread.js';

const { bundleDirs, modelsDir } = workerData as HeatThreadData;
const bundles = new Map<string, Promise<Bundle>>();
const floatBundles = new Map<string, Promise<Bundle>>();

parentPort!.on('message', (order: HeatOrder) => {
  void answer(order)
    .catch(
      (error: unknown): HeatAnswer => ({
        problem: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((found) => parentPort!.postMessage(found));
});

async function answer({ question, pixels }: HeatOrder): Promise<HeatAnswer> {
  const { task, method, widthPx, heightPx, camera: calibrated, pointPx } = question;
  const picture = { widthPx, heightPx, data: pixels };
  const camera = calibrated && scaleCamera(calibrated, widthPx, heightPx);
  const bundle = await floatBundleOf(task);
  const { reads } = stageTable[task];
  const input =
    reads === undefined
      ? undefined
      : await surestCrop(bundle, await bundleOf(reads), picture, camera);
  const found = await explainMap({
    ...{ bundle, camera, picture, method },
    ...(input && { input }),
    ...(pointPx && { pointPx }),
  });
  const { columns, rows, values } = heatOver(picture, found.map, found.placeOf);
  return { heat: { answer: found.answer, columns, rows }, values };
}

/** Only a float network has gradients; a quantised one is explained through its twin. */
function floatBundleOf(task: string): Promise<Bundle> {
  return kept(floatBundles, task, async () => {
    const bundle = await bundleOf(task);
    return (await floatTwin(bundle, bundleDirs[task]!, modelsDir)) ?? bundle;
  });
}

function bundleOf(task: string): Promise<Bundle> {
  return kept(bundles, task, async () => {
    const dir = Object.hasOwn(bundleDirs, task) ? bundleDirs[task] : undefined;
    if (dir !== undefined) return readBundleFolder(dir);
    throw new Error(`expected a bundle for ${task} in the pipeline file, found none`);
  });
}

/** Reads a bundle once; a failed read is retried at the next question. */
function kept(
  read: Map<string, Promise<Bundle>>,
  task: string,
  open: () => Promise<Bundle>,
): Promise<Bundle> {
  const bundle = read.get(task) ?? open();
  read.set(task, bundle);
  bundle.catch(() => read.delete(task));
  return bundle;
}
