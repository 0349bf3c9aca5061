import { afterEach, expect, test, vi } from 'vitest';
import { ExplainClient } from '../../page/explain/explain-client.js';

afterEach(() => vi.unstubAllGlobals());

/** A thread whose script does not load the first time, as behind a server that is down for a moment. */
class FlakyWorker {
  static started = 0;
  onmessage?: (event: { data: unknown }) => void;
  onerror?: (event: { message: string }) => void;
  readonly #place = FlakyWorker.started++;

  postMessage({ id }: { id: number }): void {
    if (this.#place > 0) queueMicrotask(() => this.onmessage?.({ data: { id, loaded: [] } }));
    else queueMicrotask(() => this.onerror?.({ message: '' }));
  }

  terminate(): void {}
}

test('after a thread that could not start the next question starts another', async () => {
  vi.stubGlobal('Worker', FlakyWorker);
  const client = new ExplainClient();
  await expect(client.load([])).rejects.toThrow(/could not start/);
  expect(await client.load([])).toEqual([]);
  expect(FlakyWorker.started).toBe(2);
});
