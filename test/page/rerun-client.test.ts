import { afterEach, expect, test, vi } from 'vitest';
import { RerunClient } from '../../page/rerun/rerun-client.js';
import { FlakyWorker } from '../support/flaky-worker.js';

afterEach(() => vi.unstubAllGlobals());

test('after a thread that could not start the networks load in another', async () => {
  vi.stubGlobal(
    'Worker',
    class extends FlakyWorker {
      constructor() {
        super({ bundles: [], runtime: 'here' });
      }
    },
  );
  vi.stubGlobal('location', { search: '' });
  const lost = vi.fn();
  const client = new RerunClient(lost);
  await expect(client.load('rig', [])).rejects.toThrow(/could not start/);
  expect(lost).toHaveBeenCalledOnce();
  expect(await client.load('rig', [])).toEqual({ bundles: [], runtime: 'here' });
  expect(FlakyWorker.started).toBe(2);
});
