import { expect, test } from 'vitest';
import { columnsTo, textTable } from '../../src/text/text-table.js';

test('columns are as wide as their widest cell, numbers end at one place, and no line ends in a space', () => {
  const rows = [
    ['milliseconds', 'p50', 'max', ''],
    ['detection', '11.20', '129.40', '3 late'],
    ['  decode', '0.10', '–'],
  ];
  expect(textTable(rows, { numbers: columnsTo(2) })).toBe(
    [
      'milliseconds    p50     max',
      'detection     11.20  129.40  3 late',
      '  decode       0.10       –',
    ].join('\n'),
  );
});

test('nothing makes no line', () => {
  expect(textTable([])).toBe('');
});
