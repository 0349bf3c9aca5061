import { expect, test } from 'vitest';
import { DropCounter, newDrops, totalDrops } from '../../src/pipeline/drop-counts.js';

test('counts add up by reason and come out in alphabetical order', () => {
  const drops = new DropCounter();
  drops.add('ring_full');
  drops.addAll({ overtaken: 2, ring_full: 3 });
  drops.add('stopped', 0);
  expect(JSON.stringify(drops.snapshot())).toBe('{"overtaken":2,"ring_full":4}');
  expect(totalDrops(drops.snapshot())).toBe(6);
});

test('taking the counts starts them again', () => {
  const drops = new DropCounter();
  drops.add('overtaken');
  expect(drops.take()).toEqual({ overtaken: 1 });
  expect(drops.take()).toEqual({});
});

test('what is new in counts that grow', () => {
  expect(newDrops({ size: 1 }, { size: 1, truncated: 2 })).toEqual({ truncated: 2 });
  expect(newDrops({}, { size: 3 })).toEqual({ size: 3 });
});
