import { expect, test } from 'vitest';
import { start } from '../support/command-line.js';

test.each([
  [['HEAD'], 'compare.js <before> <after>'],
  [['HEAD', 'no-such-commit', 'preprocess'], '"no-such-commit"'],
  [['HEAD', 'HEAD', 'no-such-benchmark'], '"no-such-benchmark"'],
  [['HEAD', 'HEAD', 'preprocess', '--rounds', '0'], '--rounds'],
])('%j ends with one line that says what was expected, and code 2', async (args, named) => {
  const { code, stdout, stderr } = await start(process.execPath, [
    'dist/benchmarks/compare.js',
    ...args,
  ]).finished;
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(named);
});
