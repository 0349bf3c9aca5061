import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { encodeJpeg } from '../../../../src/codec/image-codec.js';
import { boxIou } from '../../../../tools/datasets/box-geometry.js';
import { openRecordingTruth } from '../../../../tools/datasets/recording.js';
import type { Dataset, DetectionSample } from '../../../../tools/datasets/sample.js';
import { findUnsure, ignoreRegions } from '../../../../tools/train/data/ignore-unsure.js';
import {
  findUnsureOnce,
  openTrainingData,
} from '../../../../tools/train/data/open-training-data.js';
import { type Recipe, recipeSchema } from '../../../../tools/train/recipe.js';
import { taskTraining } from '../../../../tools/train/tasks/task-table.js';
import type { TaskTraining } from '../../../../tools/train/tasks/task-training.js';
import { writeFolder } from '../../datasets/dataset-builders.js';

const sample = 'recordings/sample-drive.mcap';
const sourceOf = (unsure: object) =>
  recipeSchema.shape.data.element.parse({ format: 'voc', folder: 'signs', unsure });
const bundle = 'models/detection-int8';

/** Every fiftieth frame of the sample; what is labelled is chosen by the test. */
async function someFrames(keepsLabels: boolean): Promise<Dataset<'detection'>> {
  const all = (await openRecordingTruth(sample, {
    task: 'detection',
  })) as Dataset<'detection'>;
  const samples = all.samples
    .filter((_, index) => index % 50 === 20)
    .map((one) => ({ ...one, boxes: keepsLabels ? one.boxes : [] }));
  return { ...all, samples };
}

describe('what a bundle finds and nobody labelled', () => {
  const source = sourceOf({ bundle, classes: ['traffic_sign'], above: 0.3 });

  it('becomes a region to ignore, of the classes that were named alone', async () => {
    const dataset = await someFrames(false);
    const sets = [{ dataset, weight: 1, source }];
    ignoreRegions(sets, await findUnsure(sets));
    const added = dataset.samples.flatMap(({ boxes }) => boxes);
    expect(added.length).toBeGreaterThan(0);
    expect(new Set(added.map(({ className }) => className))).toEqual(new Set(['traffic_sign']));
    expect(added.every(({ weight }) => weight === 0)).toBe(true);
  });

  it('stays what it is where a label covers it', async () => {
    const dataset = await someFrames(true);
    const labels = dataset.samples.map(({ boxes }) => boxes.length);
    const sets = [{ dataset, weight: 1, source }];
    ignoreRegions(sets, await findUnsure(sets));
    dataset.samples.forEach(({ boxes }, index) => {
      const own = boxes.slice(0, labels[index]);
      for (const { boxXyxyPx } of boxes.slice(labels[index]))
        for (const label of own) expect(boxIou(label.boxXyxyPx, boxXyxyPx)).toBeLessThan(0.3);
    });
  });

  it('is asked of a detector that knows the class, or refused', async () => {
    const dataset = await someFrames(false);
    const ask = (unsure: object) => findUnsure([{ dataset, weight: 1, source: sourceOf(unsure) }]);
    await expect(ask({ bundle: 'models/signs', classes: ['traffic_sign'] })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('expected a detector'),
    });
    await expect(ask({ bundle, classes: ['tram'] })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('found "tram"'),
    });
  });

  it('is found once for all threads: what was found needs no bundle again', async () => {
    const boxes: string[][] = [];
    const dir = await vocOf((await someFrames(false)).samples);
    const recipeWith = (path: string): Recipe =>
      recipeSchema.parse({
        task: 'detection',
        ...{ seed: 1, epochs: 1, samplesPerEpoch: 8, batch: 4 },
        optimizer: { peakRate: 0.001 },
        augmentation: {},
        data: [
          {
            ...{ format: 'voc', folder: dir, part: 'all' },
            unsure: { bundle: path, classes: ['traffic_sign'], above: 0.3 },
          },
        ],
      });
    const recipe = recipeWith(bundle);
    const training = taskTraining(recipe) as unknown as TaskTraining<'detection'>;
    const asked = await findUnsureOnce({ recipe, dataDirs: [] }, training);
    const gone = { ...asked, recipe: recipeWith('no-such-bundle') };
    // As a thread is handed it.
    for (const request of [{ recipe, dataDirs: [] }, structuredClone(gone)]) {
      const { sets } = await openTrainingData(request, training);
      boxes.push(sets[0]!.dataset.samples.map((sample) => JSON.stringify(sample.boxes)));
    }
    await rm(dir, { recursive: true, force: true });
    expect(boxes[0]!.join('')).toContain('"weight":0');
    expect(boxes[1]).toEqual(boxes[0]);
  });
});

/** The pictures as a data set in which a bus alone is labelled. */
async function vocOf(samples: readonly DetectionSample[]): Promise<string> {
  const files: Record<string, string | Uint8Array> = {};
  for (const [index, sample] of samples.entries()) {
    const { widthPx, heightPx, data } = await sample.load();
    const size = `<size><width>${widthPx}</width><height>${heightPx}</height></size>`;
    const bus =
      '<object><name>bus</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>';
    files[`images/${index}.jpg`] = await encodeJpeg({ widthPx, heightPx, data }, 90);
    files[`annotations/${index}.xml`] =
      `<annotation><filename>${index}.jpg</filename>${size}${bus}</annotation>`;
  }
  return writeFolder(files);
}
