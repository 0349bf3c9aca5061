import { expect, test } from 'vitest';
import { ActivityCount } from '../../../../tools/explain/layers/layer-activity.js';

test('dead is a filter that says the same everywhere in all pictures; one that spoke once is seldom of use', () => {
  const count = new ActivityCount();
  for (let picture = 0; picture < 200; picture++) {
    const values = new Float32Array(3 * 4);
    values.set([0, picture % 5, 1, 2], 0);
    if (picture === 77) values[2 * 4 + 3] = 5;
    count.add({ channels: 3, rows: 2, columns: 2, values });
  }
  expect(count.found).toEqual({ filters: 3, pictures: 200, dead: [1], seldom: [2] });
});
