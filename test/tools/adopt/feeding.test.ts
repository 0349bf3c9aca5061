import { expect, test } from 'vitest';
import {
  anyFit,
  type Feeding,
  inputSpecOf,
  plausibleFeedings,
} from '../../../tools/adopt/feeding.js';

const usual: Feeding = { colour: 'rgb', range: 'imagenet', fit: 'stretch', padValue: 0 };
const image = { name: 'x', dtype: 'float32', layout: 'nchw', widthPx: 64, heightPx: 32 } as const;

test('a picture as signed bytes is moved down, so that bright pixels are not cut off at 127', () => {
  const levels = (dtype: 'int8' | 'uint8' | 'float32') => {
    const { mean, scale } = inputSpecOf({ ...usual, range: '0..255' }, { ...image, dtype });
    return [0, 255].map((value) => (value - mean[0]) * scale[0]);
  };
  expect(levels('int8')).toEqual([-128, 127]);
  expect(levels('uint8')).toEqual([0, 255]);
  expect(levels('float32')).toEqual([0, 255]);
});

test('with a fit or colours that are not usual for a task, everything else is still tried', () => {
  const stretched = { colours: ['rgb', 'bgr'], fits: ['stretch'] } as const;
  const boxed = plausibleFeedings({ ...usual, fit: 'letterbox' }, image, stretched);
  const named = boxed.filter(({ fit }) => fit === 'letterbox');
  expect(named[0]).toEqual({ ...usual, fit: 'letterbox' });
  expect(new Set(named.map(({ colour, range }) => `${colour} ${range}`)).size).toBe(10);
  expect(named).toHaveLength(10);
  const yuv = plausibleFeedings({ ...usual, colour: 'yuv' }, image, anyFit);
  expect(yuv.filter(({ colour }) => colour === 'yuv')).toHaveLength(15);
  expect(plausibleFeedings(usual, image, stretched)).toHaveLength(10);
});
