import { expect, test } from 'vitest';
import type { Dataset, SignSample } from '../../../../tools/datasets/sample.js';
import { codedPictures } from '../../../../tools/explain/alike/coded-pictures.js';
import { probabilitiesByLight } from '../../evaluate/grey-bundles.js';

test('the probability of an answer is the one that the network itself gives', async () => {
  const crop = (id: string, level: number): SignSample => ({
    ...{ id, group: id, classId: 0 },
    load: async () => {
      const data = new Uint8Array(16 * 16 * 3).fill(level);
      return { widthPx: 16, heightPx: 16, data };
    },
  });
  const dataset: Dataset<'signs'> = {
    ...{ task: 'signs', name: 'crops', licence: 'none', classes: ['bright', 'dark'] },
    ...{ samples: [crop('a', 200), crop('b', 100)], problems: [] },
  };
  const coded = await codedPictures(await probabilitiesByLight(), dataset, 2);
  const bright = (level: number) => 1 / (1 + Math.exp(7.65 - 0.06 * level));
  expect(coded.map(({ answer }) => answer)).toEqual(['bright', 'dark']);
  expect(coded[0]!.probability).toBeCloseTo(bright(200), 3);
  expect(coded[1]!.probability).toBeCloseTo(1 - bright(100), 3);
});
