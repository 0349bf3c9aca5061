import { expect, test } from 'vitest';
import { NoveltyMemory } from '../../../src/perception/novelty/novelty-memory.js';

const limits = { threshold: 4, beginS: 1, endS: 2 };

test('a scene is novel once frames were novel for as long as is said, and ordinary again likewise', () => {
  const memory = new NoveltyMemory(limits);
  const said = (distance: number, frames: number) =>
    Array.from({ length: frames }, () => memory.take(distance, 0, 0.5).isNovel);
  expect(said(1, 2)).toEqual([false, false]);
  expect(said(4, 4)).toEqual([false, false, true, true]);
  expect(said(1, 2)).toEqual([true, true]);
  expect(said(9, 1)).toEqual([true]);
  expect(said(1, 6)).toEqual([true, true, true, true, false, false]);
});

test('the value is the distance over the threshold; what is no number says nothing', () => {
  const memory = new NoveltyMemory({ ...limits, beginS: 0, endS: 0 });
  expect(memory.take(6, 0.25, 0.1)).toEqual({
    value: 1.5,
    reconstructionError: 0.25,
    distance: 6,
    isNovel: true,
  });
  expect(memory.take(Number.NaN, Number.NaN, 0.1)).toMatchObject({ value: 0, isNovel: false });
});
