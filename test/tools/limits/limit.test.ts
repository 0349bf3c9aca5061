import { expect, test } from 'vitest';
import { checkLimits, describeCheck, parseLimit } from '../../../tools/limits/limit.js';

test.each([
  ['p99=50ms', { name: 'p99', value: 50 }],
  ['detection.p99=1.5s', { name: 'detection.p99', value: 1500 }],
  ['accuracy=0.95', { name: 'accuracy', value: 0.95 }],
  ['accuracy=95%', { name: 'accuracy', value: 0.95 }],
  ['r2=-1e-3', { name: 'r2', value: -0.001 }],
])('%s is a limit', (text, expected) => {
  expect(parseLimit(text, 'max')).toMatchObject({ ...expected, bound: 'max' });
});

test.each(['p99', 'p99=', '=5', 'p99=fast', 'p99=5min', 'p99=NaN', ''])('"%s" is none', (text) => {
  expect(() => parseLimit(text, 'min')).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
});

test('a name that was not measured is refused with those that were, and the nearest', () => {
  const measured = new Map([
    ['accuracy', 0.9],
    ['top5', 0.99],
  ]);
  expect(() => checkLimits([parseLimit('acuracy=0.5', 'min')], measured)).toThrow(
    'expected --min for one of accuracy, top5, found "acuracy"; did you mean "accuracy"?',
  );
});

test('what was measured is told in five digits, or in more where five are those of the limit', () => {
  const tell = (value: number) =>
    describeCheck(checkLimits([parseLimit('a=0.95', 'min')], new Map([['a', value]]))[0]!);
  expect(tell(0.475893151102256)).toBe('NOT MET: a 0.47589, expected at least 0.95');
  expect(tell(0.9499999999)).toBe('NOT MET: a 0.9499999999, expected at least 0.95');
});

test('a number that is none meets no limit', () => {
  const limits = [parseLimit('a=0', 'min'), parseLimit('a=0', 'max')];
  const checks = checkLimits(limits, new Map([['a', Number.NaN]]));
  expect(checks.map(({ isMet }) => isMet)).toEqual([false, false]);
});
