import { afterEach, expect, test, vi } from 'vitest';
import { ExplainClient } from '../../page/explain/explain-client.js';
import { FlakyWorker } from '../support/flaky-worker.js';

afterEach(() => vi.unstubAllGlobals());

test('after a thread that could not start the next question starts another', async () => {
  vi.stubGlobal(
    'Worker',
    class extends FlakyWorker {
      constructor() {
        super([]);
      }
    },
  );
  const client = new ExplainClient();
  await expect(client.load([])).rejects.toThrow(/could not start/);
  expect(await client.load([])).toEqual([]);
  expect(FlakyWorker.started).toBe(2);
});
