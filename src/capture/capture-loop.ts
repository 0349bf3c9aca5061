import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from '../frame/clock.js';
import { frameBytes } from '../frame/frame.js';
import type { FrameRing, SlotHeader } from '../frame/frame-ring.js';
import { type FrameSource, isSourceEnd, type SourceFrame } from '../frame/frame-source.js';
import type { PerceptionError } from '../frame/perception-error.js';
import type { CaptureCounts, FrameAbout, Pacing } from './capture-messages.js';
import { Pace } from './pace.js';
import type { PictureWatch } from './picture-health/picture-watch.js';

export interface CaptureLoopOptions {
  source: FrameSource;
  ring: FrameRing;
  pacing: Pacing;
  /** Source seconds per second of real time, in `realtime`. */
  rateFactor: number;
  /** Ends the loop; the caller closes the source as well, which ends a pending read. */
  signal: AbortSignal;
  /** In `lockstep`: resolves when one more frame is requested, or when `signal` aborts. */
  nextRequest(): Promise<void>;
  deliver(slot: number, header: SlotHeader, about: FrameAbout): void;
  /** Called when a count has changed, before the next frame is delivered. */
  reportDrops(drops: Record<string, number>): void;
  /** Called once for each note about the source. */
  reportNote(text: string): void;
  reportLost(error: PerceptionError): void;
  /** Judges the pictures themselves; not done when left out. */
  watch?: PictureWatch | undefined;
}

const noCodes: readonly string[] = [];
/** A full ring is checked again after this long, in case the thread that should free a slot has died. */
const ringPollMs = 200;
/** Node's timers hold 24 days at most; a sleep that is checked again need not be exact. */
const longestSleepMs = 1000;

/**
 * Moves frames from a source into the ring until the source ends or `signal` aborts. Reads one frame ahead of
 * its time; allocates one spare frame, for frames that find the ring full.
 */
export async function runCaptureLoop(
  options: CaptureLoopOptions,
): Promise<{ counts: CaptureCounts; error?: PerceptionError }> {
  const { source, ring, pacing, signal } = options;
  const isLive = source.info.isLive === true;
  const isPaced = pacing === 'realtime' && !isLive;
  const waitsForSlot = pacing === 'lockstep' || (pacing === 'asap' && !isLive);
  const counts: CaptureCounts = { delivered: 0, drops: {} };
  let ringFull = 0;
  let spare: Uint8Array | undefined;
  let reported = '';
  let notesReported = 0;
  let repairedStamps = 0;
  let pictureHealth: readonly string[] = noCodes;
  const pace = new Pace(options.rateFactor, source.info.nominalRateHz);

  const updateDrops = (): void => {
    counts.drops = { ...source.skipped, ...(ringFull > 0 && { ring_full: ringFull }) };
    const now = JSON.stringify(counts.drops);
    if (now !== reported) options.reportDrops(counts.drops);
    reported = now;
  };
  const reportNotes = (): void => {
    for (const text of source.notes?.slice(notesReported) ?? []) options.reportNote(text);
    notesReported = source.notes?.length ?? 0;
  };
  const waitUntilDue = async (frame: SourceFrame): Promise<void> => {
    const { dueNs, note } = pace.take(frame, nowNs());
    if (note !== undefined) options.reportNote(`${source.info.name}: ${note}`);
    for (;;) {
      const waitMs = Math.min(longestSleepMs, Number(dueNs - nowNs()) / 1e6);
      if (waitMs < 0.5 || signal.aborted) return;
      await sleep(Math.round(waitMs), undefined, { signal }).catch(() => {});
    }
  };
  reportNotes();

  while (!signal.aborted) {
    let slot = ring.tryAcquireForWrite();
    if (slot < 0 && waitsForSlot) {
      await ring.waitForFree(ringPollMs);
      continue;
    }
    if (slot < 0) spare ??= new Uint8Array(frameBytes(ring.layout));
    const pixels = slot < 0 ? spare! : ring.pixels(slot);
    const result = await source.read(pixels);
    reportNotes();
    const isOver = signal.aborted || isSourceEnd(result);
    if (!isOver && isPaced) await waitUntilDue(result as SourceFrame);
    if (!isOver && pacing === 'lockstep') await options.nextRequest();
    if (isSourceEnd(result) || signal.aborted) {
      if (slot >= 0) ring.abandon(slot);
      updateDrops();
      if (!isSourceEnd(result) || result.kind === 'ended') return { counts };
      if (result.kind === 'failed') return { counts, error: result.error };
      options.reportLost(result.error);
      continue;
    }
    if (result.isTimeRepaired) repairedStamps++;
    pictureHealth =
      options.watch?.take(pixels, result.sourceTimeNs, source.skipped['size']) ?? noCodes;
    if (slot < 0) {
      // The frame was read while the ring was full; a slot may have come free by the time it is due.
      slot = ring.tryAcquireForWrite();
      if (slot >= 0) ring.pixels(slot).set(pixels);
      else ringFull++;
    }
    updateDrops();
    if (slot < 0) continue;
    const { id, stampNs, sourceTimeNs, captureTimeNs = nowNs(), driverSteeringRad } = result;
    const header = { id, captureTimeNs, stampNs, sourceTimeNs };
    ring.keepCoded(slot, result.coded);
    ring.publish(slot, header);
    counts.delivered++;
    options.deliver(slot, header, {
      timeSource: result.timeSource ?? 'recorded',
      segment: result.segment ?? 0,
      repairedStamps,
      pictureHealth,
      ...(driverSteeringRad !== undefined && { driverSteeringRad }),
    });
  }
  updateDrops();
  return { counts };
}
