import { expect, test } from 'vitest';
import { loadPicture } from '../../../tools/datasets/dataset-files.js';
import { casePath } from '../../support/cases.js';
import { rejection } from './dataset-builders.js';

test('a 12-bit picture in 16 bits is no sample, and its bits are named', async () => {
  const error = await rejection(loadPicture(casePath('22-twelve-bit-pictures/frame0.png')));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toMatch(/16 bits of which 1[12] are used .*frame0\.png/);
});
