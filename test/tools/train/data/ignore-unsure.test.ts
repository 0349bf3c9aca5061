import { describe, expect, it } from 'vitest';
import { boxIou } from '../../../../tools/datasets/box-geometry.js';
import { openRecordingTruth } from '../../../../tools/datasets/recording.js';
import type { Dataset } from '../../../../tools/datasets/sample.js';
import { ignoreUnsure } from '../../../../tools/train/data/ignore-unsure.js';
import { recipeSchema } from '../../../../tools/train/recipe.js';

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
    await ignoreUnsure([{ dataset, weight: 1, source }], []);
    const added = dataset.samples.flatMap(({ boxes }) => boxes);
    expect(added.length).toBeGreaterThan(0);
    expect(new Set(added.map(({ className }) => className))).toEqual(new Set(['traffic_sign']));
    expect(added.every(({ weight }) => weight === 0)).toBe(true);
  });

  it('stays what it is where a label covers it', async () => {
    const dataset = await someFrames(true);
    const labels = dataset.samples.map(({ boxes }) => boxes.length);
    await ignoreUnsure([{ dataset, weight: 1, source }], []);
    dataset.samples.forEach(({ boxes }, index) => {
      const own = boxes.slice(0, labels[index]);
      for (const { boxXyxyPx } of boxes.slice(labels[index]))
        for (const label of own) expect(boxIou(label.boxXyxyPx, boxXyxyPx)).toBeLessThan(0.3);
    });
  });

  it('is asked of a detector that knows the class, or refused', async () => {
    const dataset = await someFrames(false);
    const ask = (unsure: object) =>
      ignoreUnsure([{ dataset, weight: 1, source: sourceOf(unsure) }], []);
    await expect(ask({ bundle: 'models/signs', classes: ['traffic_sign'] })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('expected a detector'),
    });
    await expect(ask({ bundle, classes: ['tram'] })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('found "tram"'),
    });
  });
});
