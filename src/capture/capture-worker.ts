import { parentPort, workerData } from 'node:worker_threads';
import { FrameRing } from '../frame/frame-ring.js';
import type { FrameSource } from '../frame/frame-source.js';
import { runCaptureLoop } from './capture-loop.js';
import {
  type CaptureCommand,
  type CaptureEvent,
  type CaptureWorkerData,
  toPostedError,
} from './capture-messages.js';
import { openSource } from './open-source.js';
import { pictureWatchOf } from './picture-health/picture-watch.js';
import { RequestGate } from './request-gate.js';

const port = parentPort!;
const post = (event: CaptureEvent): void => port.postMessage(event);
const { location, sourceOptions, slotCount, pacing, rateFactor, pictureHealth } =
  workerData as CaptureWorkerData;

const stopping = new AbortController();
const { signal } = stopping;
let start = (): void => {};
const started = new Promise<void>((resolve) => {
  start = resolve;
});

const requests = new RequestGate(signal);
let mounted: Extract<CaptureCommand, { type: 'mounted' }> | undefined;
port.on('message', (command: CaptureCommand) => {
  const { type } = command;
  if (type === 'mounted') {
    mounted = command;
    return;
  }
  if (type === 'next') requests.request();
  else start();
  if (type === 'stop') stopping.abort();
});

let opened: FrameSource | undefined;
try {
  const source = await openSource(location, sourceOptions);
  opened = source;
  signal.addEventListener('abort', () => void source.close());
  const ring = FrameRing.create(source.info.layout, slotCount, source.info.codedBytes);
  post({ type: 'opened', info: source.info, ring: ring.shared });
  await started;
  const watch = pictureWatchOf(source.info, pictureHealth);
  if (mounted !== undefined) watch?.expect(mounted.camera, mounted.mount);
  const { counts, error } = await runCaptureLoop({
    source,
    ring,
    pacing,
    rateFactor,
    signal,
    nextRequest: () => requests.next(),
    deliver: (slot, header, about) => post({ type: 'frame', slot, ...header, ...about }),
    reportDrops: (drops) => post({ type: 'drops', drops }),
    reportNote: (text) => post({ type: 'note', text }),
    watch,
    reportLost: (lost) => post({ type: 'lost', error: toPostedError(lost) }),
  });
  await source.close();
  post({ type: 'end', counts, ...(error && { error: toPostedError(error) }) });
} catch (error) {
  // A source that stays open would keep the thread, and so the process, alive for ever.
  await opened?.close().catch(() => {});
  post({ type: 'end', counts: { delivered: 0, drops: {} }, error: toPostedError(error) });
}
port.close();
