import { afterEach, expect, test, vi } from 'vitest';
import { RerunClient } from '../../page/rerun/rerun-client.js';

afterEach(() => vi.unstubAllGlobals());

/** A thread whose script does not load the first time, as behind a server that is down for a moment. */
class FlakyWorker {
  static started = 0;
  onmessage?: (event: { data: unknown }) => void;
  onerror?: (event: { message: string }) => void;
  readonly #place = FlakyWorker.started++;

  postMessage({ id }: { id: number }): void {
    const loaded = { bundles: [], runtime: 'here' };
    if (this.#place > 0) queueMicrotask(() => this.onmessage?.({ data: { id, loaded } }));
    else queueMicrotask(() => this.onerror?.({ message: '' }));
  }

  terminate(): void {}
}

test('after a thread that could not start the networks load in another', async () => {
  vi.stubGlobal('Worker', FlakyWorker);
  vi.stubGlobal('location', { search: '' });
  const lost = vi.fn();
  const client = new RerunClient(lost);
  await expect(client.load('rig', [])).rejects.toThrow(/could not start/);
  expect(lost).toHaveBeenCalledOnce();
  expect(await client.load('rig', [])).toEqual({ bundles: [], runtime: 'here' });
  expect(FlakyWorker.started).toBe(2);
});
