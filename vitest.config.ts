import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build-before-tests.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A bound for what hangs, not for what is slow: tests drive real processes, and a machine that others share may
    // stall for many seconds. No test is tried again: what fails now and then is a defect.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
