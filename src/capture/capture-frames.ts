import { setImmediate as turn } from 'node:timers/promises';
import { FrameRing } from '../frame/frame-ring.js';
import type { FrameSource } from '../frame/frame-source.js';
import type { PerceptionError } from '../frame/perception-error.js';
import { runCaptureLoop } from './capture-loop.js';
import {
  type CaptureCounts,
  type CaptureEnd,
  fromPostedError,
  type Pacing,
  toPostedError,
} from './capture-messages.js';
import type { CaptureHandle, RingFrame } from './capture-thread.js';
import { RequestGate } from './request-gate.js';

/**
 * Captures a program's own source, which cannot move to another thread: `read` is called in this thread and must not keep
 * it busy for long. Frames are handed out like those of the capture thread. Closes the source at the end. Throws
 * ERR_CONFIG for an impossible layout or number of slots.
 */
export function captureFrames(
  source: FrameSource,
  options: { pacing: Pacing; rateFactor: number; slotCount: number },
): CaptureHandle {
  const { info } = source;
  const ring = FrameRing.create(info.layout, options.slotCount);
  const stopping = new AbortController();
  const { signal } = stopping;
  const requests = new RequestGate(signal);
  const counts: CaptureCounts = { delivered: 0, drops: {} };
  const notes: string[] = [];
  let onFrame: ((frame: RingFrame) => void) | undefined;
  let onLost = (_error: PerceptionError): void => {};
  let onNote = (text: string): void => void notes.push(text);
  let settle = (_end: CaptureEnd): void => {};
  const ended = new Promise<CaptureEnd>((resolve) => {
    settle = resolve;
  });
  const failed = (error: unknown): CaptureEnd => {
    return { kind: 'failed', error: asPerceptionError(error, info.name), counts };
  };

  const run = async (): Promise<CaptureEnd> => {
    const { error } = await runCaptureLoop({
      source: takingTurns(source),
      ring,
      pacing: options.pacing,
      rateFactor: options.rateFactor,
      signal,
      nextRequest: () => requests.next(),
      deliver: (slot, header, about) => {
        counts.delivered++;
        onFrame?.({ slot, ...header, ...about });
      },
      reportDrops: (drops) => {
        counts.drops = drops;
      },
      reportNote: (text) => onNote(text),
      reportLost: (error) => onLost(error),
    });
    return error === undefined ? { kind: 'ended', counts } : failed(error);
  };
  // A source that throws, from `read` or `close`, ends its run like a source that fails.
  const finish = async (end: CaptureEnd): Promise<void> =>
    settle(await source.close().then(() => end, failed));
  let isStarted = false;
  signal.addEventListener('abort', () => {
    if (!isStarted) void finish({ kind: 'ended', counts });
    else void source.close().catch(() => {});
  });

  return {
    info,
    ring,
    counts,
    ended,
    onFrame(callback) {
      onFrame = callback;
      if (isStarted || signal.aborted) return;
      isStarted = true;
      void run().catch(failed).then(finish);
    },
    onLost(callback) {
      onLost = callback;
    },
    onNote(callback) {
      onNote = callback;
      for (const text of notes.splice(0)) callback(text);
    },
    requestNext: () => requests.request(),
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

/** Yields before each read: a source that always has a frame would otherwise block everything else on its thread. */
function takingTurns(source: FrameSource): FrameSource {
  return {
    info: source.info,
    get skipped() {
      return source.skipped;
    },
    get notes() {
      return source.notes ?? [];
    },
    async read(into) {
      await turn();
      return source.read(into);
    },
    close: () => source.close(),
  };
}

function asPerceptionError(error: unknown, name: string): PerceptionError {
  const posted = toPostedError(error);
  const isOurs = posted.code !== 'ERR_INTERNAL';
  return fromPostedError(
    isOurs ? posted : { ...posted, code: 'ERR_SOURCE_LOST', message: `${name}: ${posted.message}` },
  );
}
