import { expect, test } from 'vitest';
import { numberFlag, numberOf, sizeFlag } from '../../cli/option-parsers.js';

test('a number within its bounds is read, its limits as they are said', () => {
  const share = numberOf({ above: 0, most: 1 });
  expect([share('1'), share('0.5'), share('1e-3')]).toEqual([1, 0.5, 0.001]);
  for (const text of ['0', '1.1', '', ' ', 'x', 'NaN', 'Infinity', '1s'])
    expect(() => share(text), text).toThrow('expected a number above 0 and of at most 1.');
});

test.each([
  [{ above: 0 }, 'a number above 0'],
  [{ above: 0, isWhole: true }, 'a whole number above 0'],
  [{ least: 2, most: 100, isWhole: true }, 'a whole number of 2 to 100'],
  [{ least: 0, what: 'seconds' }, 'seconds of at least 0'],
])('of %j is said what was expected', (bounds, words) => {
  expect(() => numberOf(bounds)('-1.5')).toThrow(`expected ${words}.`);
});

test('a number without an upper bound is finite', () => {
  expect(() => numberOf({ above: 0 })('Infinity')).toThrow('expected a number above 0.');
});

test('a flag that is read where it is used names itself and what was found', () => {
  expect(numberFlag('--rate', '20', 1, 120, true)).toBe(20);
  const error = {
    code: 'ERR_USAGE',
    message: 'expected --rate to be a whole number of 1 to 120, found "2.5"',
  };
  expect(() => numberFlag('--rate', '2.5', 1, 120, true)).toThrow(expect.objectContaining(error));
});

test('a size is width x height, each within its bounds', () => {
  expect(sizeFlag('640x360')).toEqual([640, 360]);
  for (const text of ['640', '640x', '63x64', '5000x100', '640×360'])
    expect(() => sizeFlag(text), text).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
});
