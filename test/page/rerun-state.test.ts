import { create } from '@bufbuild/protobuf';
import { signal } from '@preact/signals';
import { afterEach, expect, test, vi } from 'vitest';
import type { Player } from '../../page/player/player.js';
import type { RerunRequest } from '../../page/rerun/rerun-protocol.js';
import { RerunState } from '../../page/rerun/rerun-state.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';

afterEach(() => vi.unstubAllGlobals());

/** The thread that runs the networks: it opens the second bundle's files, but cannot run its network. */
class WorkerWithBrokenSecond {
  onmessage?: (event: { data: unknown }) => void;
  #hasSecond = false;

  postMessage(request: RerunRequest): void {
    const { id } = request;
    const answer = (data: object) =>
      queueMicrotask(() => this.onmessage?.({ data: { id, ...data } }));
    if (request.kind === 'load') {
      if (request.side === 'other') this.#hasSecond = true;
      answer({ loaded: { bundles: [{ task: 'steering', defaults: {} }], runtime: 'here' } });
    } else if (request.kind === 'unload') {
      this.#hasSecond = false;
      answer({ results: {}, certificates: [] });
    } else if (this.#hasSecond && request.sides.includes('other')) {
      answer({ error: 'my-bundle: expected a run on wasm, found: no' });
    } else answer({ results: { rig: create(PerceptionFrameSchema) }, certificates: [] });
  }
}

test('after a second bundle that cannot run, the rig’s networks go on without it', async () => {
  vi.stubGlobal('Worker', WorkerWithBrokenSecond);
  vi.stubGlobal('location', { search: '' });
  const frame = { stampNs: 5n, number: 1, picture: new Uint8Array(1), isNext: false };
  const player = { frame: signal(frame), info: signal({ startNs: 0n, hasResults: false }) };
  const state = new RerunState(player as unknown as Player, ['steering']);
  await state.start();
  await state.loadSecond('my-bundle', []);
  expect(state.error.value).toBe('my-bundle: expected a run on wasm, found: no');
  expect(state.isOn.value).toBe(true);
  expect(state.second.value).toBeUndefined();
  expect([state.left.value, state.right.value]).toEqual(['rig', undefined]);
  expect(state.results.value.sides.rig).toBeDefined();
  expect(state.status.value).toBe('');
});
