import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build-before-tests.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A bound for what hangs, not for what is slow: tests drive real processes, and a machine that others share may
    // stall for many seconds. So no test has a shorter one of its own. No test is tried again: what fails now and then is a defect.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
