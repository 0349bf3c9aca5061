import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FrameLayout, frameBytes, packedRgbLayout } from '../../src/frame/frame.js';
import { FrameRing } from '../../src/frame/frame-ring.js';

const layout = packedRgbLayout(5, 3);
const header = (id: number) => ({
  id,
  captureTimeNs: BigInt(id) * 3n,
  stampNs: 1_700_000_000_000_000_000n + BigInt(id),
  sourceTimeNs: BigInt(id) * 50_000_000n,
});

test('a slot goes from free to written to read and back, and keeps what was written', () => {
  const ring = FrameRing.create(layout, 2);
  const slot = ring.tryAcquireForWrite();
  ring.pixels(slot).fill(77);
  ring.publish(slot, header(9), 2);
  const reader = FrameRing.attach(ring.shared);
  expect(reader.layout).toEqual(layout);
  expect(reader.slotCount).toBe(2);
  expect(reader.header(slot)).toEqual(header(9));
  expect(reader.pixels(slot)).toHaveLength(frameBytes(layout));
  expect(new Set(reader.pixels(slot))).toEqual(new Set([77]));
  expect(reader.release(slot)).toBe(false);
  expect(ring.freeCount()).toBe(1);
  expect(ring.release(slot)).toBe(true);
  expect(ring.freeCount()).toBe(2);
});

test('the views of the pixels are made once', () => {
  const ring = FrameRing.create(layout, 3);
  for (let slot = 0; slot < 3; slot++) expect(ring.pixels(slot)).toBe(ring.pixels(slot));
});

test('slots do not overlap, in either format and with padded rows', () => {
  const layouts: FrameLayout[] = [
    { format: 'rgb8', widthPx: 5, heightPx: 3, strideBytes: 16 },
    { format: 'nv12', widthPx: 6, heightPx: 4, strideBytes: 8 },
    { format: 'nv12', widthPx: 7, heightPx: 5, strideBytes: 8 },
  ];
  for (const some of layouts) {
    const ring = FrameRing.create(some, 3);
    for (let slot = 0; slot < 3; slot++) ring.pixels(slot).fill(slot + 1);
    const other = FrameRing.attach(ring.shared);
    expect(other.layout).toEqual(some);
    for (let slot = 0; slot < 3; slot++) {
      expect(other.pixels(slot)).toHaveLength(frameBytes(some));
      expect(new Set(other.pixels(slot))).toEqual(new Set([slot + 1]));
    }
  }
});

test('whatever is done in whatever order, no slot is handed out twice and none is lost', () => {
  type Model = { state: 'free' | 'writing' | 'ready'; readers: number };
  const operation = fc.record({
    kind: fc.constantFrom('acquire', 'publish', 'abandon', 'release'),
    slot: fc.nat(3),
    readers: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const ring = FrameRing.create(layout, 4);
      const model: Model[] = Array.from({ length: 4 }, () => ({ state: 'free', readers: 0 }));
      for (const { kind, slot, readers } of operations) {
        const entry = model[slot]!;
        if (kind === 'acquire') {
          const got = ring.tryAcquireForWrite();
          if (got < 0) expect(model.some(({ state }) => state === 'free')).toBe(false);
          else {
            expect(model[got]!.state).toBe('free');
            model[got]!.state = 'writing';
          }
        } else if (kind === 'publish' && entry.state === 'writing') {
          ring.publish(slot, header(slot), readers);
          Object.assign(entry, { state: 'ready', readers });
        } else if (kind === 'abandon' && entry.state === 'writing') {
          ring.abandon(slot);
          entry.state = 'free';
        } else if (kind === 'release' && entry.state === 'ready') {
          entry.readers--;
          if (entry.readers === 0) entry.state = 'free';
          expect(ring.release(slot)).toBe(entry.state === 'free');
        } else {
          // A step that does not fit the slot's state is refused and changes nothing.
          const step = {
            publish: () => ring.publish(slot, header(slot), readers),
            abandon: () => ring.abandon(slot),
            release: () => ring.release(slot),
          }[kind as 'publish'];
          expect(step).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
        }
        expect(ring.freeCount()).toBe(model.filter(({ state }) => state === 'free').length);
      }
    }),
  );
});

test('over threads: every frame reaches every reader whole, and every slot comes back', async () => {
  const frameCount = 3000;
  const readerCount = 2;
  const ring = FrameRing.create(packedRgbLayout(64, 16), 4);
  const module = fileURLToPath(new URL('../../dist/src/frame/frame-ring.js', import.meta.url));
  // A reader checks that all bytes of its frame carry the frame's number, also while others are written.
  const readerCode = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ FrameRing }) => {
      const ring = FrameRing.attach(workerData.shared);
      let count = 0, torn = 0;
      parentPort.on('message', (slot) => {
        if (slot < 0) return parentPort.postMessage({ count, torn }), parentPort.close();
        const expected = ring.header(slot).id & 255;
        for (const byte of ring.pixels(slot)) if (byte !== expected) { torn++; break; }
        count++;
        ring.release(slot);
      });
      parentPort.postMessage('ready');
    });`;
  const workers = Array.from(
    { length: readerCount },
    () => new Worker(readerCode, { eval: true, workerData: { module, shared: ring.shared } }),
  );
  await Promise.all(workers.map((w) => new Promise((resolve) => w.once('message', resolve))));
  for (let id = 0; id < frameCount; id++) {
    let slot = ring.tryAcquireForWrite();
    while (slot < 0) {
      await ring.waitForFree(1000);
      slot = ring.tryAcquireForWrite();
    }
    ring.pixels(slot).fill(id & 255);
    ring.publish(slot, header(id), readerCount);
    for (const worker of workers) worker.postMessage(slot);
  }
  const results = workers.map((w) => new Promise((resolve) => w.once('message', resolve)));
  for (const worker of workers) worker.postMessage(-1);
  const expected = { count: frameCount, torn: 0 };
  expect(await Promise.all(results)).toEqual([expected, expected]);
  expect(ring.freeCount()).toBe(4);
});

test('waiting for a slot ends when one is released, and gives up after its time', async () => {
  const ring = FrameRing.create(layout, 1);
  const slot = ring.tryAcquireForWrite();
  ring.publish(slot, header(0));
  const startMs = performance.now();
  await ring.waitForFree(30);
  expect(performance.now() - startMs).toBeGreaterThan(20);
  expect(ring.tryAcquireForWrite()).toBe(-1);
  const waiting = ring.waitForFree(30_000);
  ring.release(slot);
  await waiting;
  expect(ring.tryAcquireForWrite()).toBe(slot);
});

test('a layout that cannot be, and memory that is no ring, are refused', () => {
  const isConfig = expect.objectContaining({ code: 'ERR_CONFIG' });
  expect(() => FrameRing.create({ ...layout, strideBytes: 14 }, 2)).toThrow(isConfig);
  expect(() => FrameRing.create({ ...layout, heightPx: 0 }, 2)).toThrow(isConfig);
  expect(() => FrameRing.create(layout, 0)).toThrow(isConfig);
  const isInternal = expect.objectContaining({ code: 'ERR_INTERNAL' });
  expect(() => FrameRing.attach(new SharedArrayBuffer(4))).toThrow(isInternal);
  expect(() => FrameRing.attach(new SharedArrayBuffer(400))).toThrow(isInternal);
});
