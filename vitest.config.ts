import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build-before-tests.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests drive real processes by real clocks; on a machine that others share one may stall for seconds.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
