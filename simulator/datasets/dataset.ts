import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodeJpeg, encodeLabelMap } from '../../src/codec/image-codec.js';
import { makeFolder } from '../../src/files/make-folder.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { encodeDepthPng } from '../rendering/depth-png.js';
import { type RenderedScene, type SceneBox, SceneRenderer } from '../rendering/scene.js';
import type { Assets } from '../world/assets.js';
import { dataSetDomain } from '../world/domain.js';
import { Random } from '../world/random.js';
import { sceneTruthJson } from './scene-truth.js';
import { recipeFor } from './scenes.js';

/** Tasks whose samples are complete pictures in separate files. */
export type PictureTask = 'detection' | 'segmentation' | 'steering';

/** What a data set is made of; the same recipe writes the same bytes. */
export interface DatasetRecipe {
  count: number;
  /** Scene i has the seed `seed + i`. */
  seed: number;
  widthPx: number;
  heightPx: number;
  outDir: string;
  /** Also writes what the layout has no place for: lanes, pose, distances as JSON and depth as PNG, in `truth/`. */
  truth?: boolean;
  /** Steering: share of single-lane roads; defaults to the domain's. */
  singleLaneShare?: number;
}

/** Smaller boxes are marked difficult: too small to be learnt, too visible to be background. */
const leastBoxPx = 10;
const mostOccluded = 0.75;

/** The folders of a picture task's layout, below the data set's own. */
export const datasetFolders: Record<PictureTask, readonly string[]> = {
  detection: ['images', 'annotations'],
  segmentation: ['train', 'trainannot'],
  steering: ['IMG'],
};

const truthFolder = 'truth';

/** Renders and writes scene `index` unless it exists. Resolves with its line of a log, empty if the layout has none. */
export async function writePictureSample(
  assets: Assets,
  task: PictureTask,
  recipe: DatasetRecipe,
  index: number,
): Promise<string> {
  const { widthPx, heightPx, outDir } = recipe;
  const seed = recipe.seed + index;
  const name = sampleName(task, seed);
  const labelDir = datasetFolders[task][1];
  const picture = pictureFile(task, recipe, index);
  if (existsSync(picture) && task !== 'steering') return '';
  const sceneRecipe = recipeFor(assets, task, seed, widthPx, heightPx, recipe.singleLaneShare);
  const { world, conditions, ego, supersampling } = sceneRecipe;
  const renderer = new SceneRenderer(sceneRecipe.camera, supersampling);
  const scene = renderer.render(world, conditions, ego, 0, seed);
  if (recipe.truth === true) {
    const path = join(outDir, truthFolder, name);
    writeWhole(`${path}.json`, sceneTruthJson(scene, sceneRecipe, seed));
    const depth = encodeDepthPng(renderer.readDepthM(), widthPx, heightPx);
    writeWhole(`${path}.depth.png`, depth);
  }
  // The label is written first and the picture by renaming, so that no picture exists without its label.
  if (task === 'detection') {
    writeWhole(join(outDir, labelDir!, `${name}.xml`), vocXml(scene, `${name}.jpg`));
  } else if (task === 'segmentation') {
    const png = await encodeLabelMap(scene.classMap, widthPx, heightPx);
    writeWhole(join(outDir, labelDir!, `${name}.png`), png);
  }
  const quality = new Random(seed, 60).integer(...dataSetDomain.jpegQuality);
  writeWhole(picture, await encodeJpeg(scene.image, quality));
  return task === 'steering' ? steeringLine(scene, `${name}.jpg`) : '';
}

/** Path of the picture of scene `index`. */
export function pictureFile(task: PictureTask, recipe: DatasetRecipe, index: number): string {
  const name = `${sampleName(task, recipe.seed + index)}.jpg`;
  return join(recipe.outDir, datasetFolders[task][0]!, name);
}

/** Creates the folders of the layout. */
export async function makeDatasetFolders(
  task: PictureTask,
  { outDir, truth }: DatasetRecipe,
): Promise<void> {
  const folders = truth === true ? [...datasetFolders[task], truthFolder] : datasetFolders[task];
  for (const folder of folders) makeFolder(join(outDir, folder));
}

/** The part before "_" names the sequence; every scene is its own. */
function sampleName(task: PictureTask, seed: number): string {
  return task === 'segmentation' ? `scene${seed}_00000` : `scene-${String(seed).padStart(7, '0')}`;
}

/** Pascal VOC with windshield's class names; edges as they are, with the left-most column starting at 0. */
export function vocXml(scene: RenderedScene, fileName: string): string {
  const { widthPx, heightPx } = scene.image;
  const objects = scene.boxes.filter((box) => box.visiblePx >= 16).map(vocObject);
  return `<annotation>
  <folder>images</folder>
  <filename>${fileName}</filename>
  <size><width>${widthPx}</width><height>${heightPx}</height><depth>3</depth></size>
  <segmented>0</segmented>
${objects.join('\n')}
</annotation>
`;
}

function vocObject(box: SceneBox): string {
  const [xmin, ymin, xmax, ymax] = box.boxXyxyPx;
  const isDifficult =
    Math.min(xmax - xmin, ymax - ymin) < 4 ||
    Math.max(xmax - xmin, ymax - ymin) < leastBoxPx ||
    box.occluded > mostOccluded;
  const sign =
    box.signClassId >= 0 ? `<pose>class-${box.signClassId}</pose>` : '<pose>Unspecified</pose>';
  return `  <object><name>${box.className}</name>${sign}<truncated>0</truncated><occluded>${box.occluded > 0.3 ? 1 : 0}</occluded><difficult>${isDifficult ? 1 : 0}</difficult><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;
}

/** Steering of 1 in the Udacity log stands for 25 degrees to the right. */
const radPerUnit = (25 * Math.PI) / 180;

/** A scene's line of a Udacity log. */
export function steeringLine(scene: RenderedScene, fileName: string): string {
  const steering = Math.min(1, Math.max(-1, -scene.steeringRad / radPerUnit));
  const speedMph = scene.ego.speedMps / 0.44704;
  return `${fileName}, , ,${steering.toFixed(6)},0.5,0,${speedMph.toFixed(3)}`;
}
