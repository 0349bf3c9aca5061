import { expect, test } from 'vitest';
import type { Dataset, SignSample } from '../../../tools/datasets/sample.js';
import { networkInputs } from '../../../tools/quantize/network-inputs.js';
import { greyBundle, signsByGrey } from '../evaluate/grey-bundles.js';

test('a crop that is too small to be read gives no input, in place of the one before', async () => {
  const crop = (id: string, edgePx: number, level: number): SignSample => ({
    id,
    group: id,
    classId: 0,
    load: async () => {
      const data = new Uint8Array(edgePx * edgePx * 3).fill(level);
      return { widthPx: edgePx, heightPx: edgePx, data };
    },
  });
  const samples = [crop('a', 32, 50), crop('b', 4, 90), crop('c', 32, 70)];
  const dataset: Dataset<'signs'> = {
    ...{ task: 'signs', name: 'crops', licence: 'none' },
    ...{ samples, problems: [] },
  };
  const levels: number[] = [];
  for await (const item of networkInputs(await greyBundle(signsByGrey()), dataset))
    levels.push(item[0]!);
  expect(levels).toEqual([50, 70]);
  expect(dataset.problems).toEqual([{ where: 'b', reason: 'expected a crop of at least 6 px' }]);
});
