import { Worker } from 'node:worker_threads';
import type { CameraModel } from '../calibration/camera-model.js';
import type { CameraMount } from '../calibration/ground.js';
import { builtEntry } from '../frame/built-entry.js';
import { FrameRing, type SlotHeader } from '../frame/frame-ring.js';
import type { SourceInfo } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type CaptureCommand,
  type CaptureCounts,
  type CaptureEnd,
  type CaptureEvent,
  type CaptureWorkerData,
  type FrameAbout,
  fromPostedError,
  type Pacing,
  toPostedError,
} from './capture-messages.js';
import type { PictureHealthConfig } from './picture-health/picture-health-schema.js';
import type { SourceOptions } from './source-options.js';

export type { CaptureCounts, CaptureEnd, Pacing } from './capture-messages.js';

export interface CaptureOptions {
  /** A path, or `camera:<device>`, or `gstreamer:<pipeline>`: what openSource takes. */
  source: string;
  sourceOptions?: SourceOptions;
  pacing: Pacing;
  /** Frames that may be in use at once, 2..256; 8 when left out. */
  slotCount?: number;
  /** Source seconds per second of real time in `realtime`, above 0; 1 when left out. */
  rateFactor?: number;
  /**
   * Thresholds for judging the pictures; the default ones when left out. A recorded source is judged only if they are
   * given.
   */
  pictureHealth?: PictureHealthConfig | undefined;
}

/** A frame that is ready in the ring. Its receiver reads the slot and must call `ring.release(slot)`. */
export interface RingFrame extends SlotHeader, FrameAbout {
  slot: number;
}

/** The conducting thread's end of a capture. */
export interface CaptureHandle {
  readonly info: SourceInfo;
  /** Hand `ring.shared` to the threads that read; a frame's slot is released once, after the last of them. */
  readonly ring: FrameRing;
  /** Counts so far: drops before a frame are counted when its callback runs. */
  readonly counts: Readonly<CaptureCounts>;
  /** Sets the receiver of frames, and starts the capture with the first call. */
  onFrame(callback: (frame: RingFrame) => void): void;
  /** Sets the callback for a live source that is lost and will be tried again; frames continue when it is back. */
  onLost(callback: (error: PerceptionError) => void): void;
  /** Sets the receiver of notes about the source; it gets those that exist already at once. */
  onNote(callback: (text: string) => void): void;
  /**
   * Call before the first frame: tells how the camera (its model of the frames' size) is calibrated and mounted, so that
   * the picture's health reports when that no longer holds. Left out if the health is not judged.
   */
  expectMount?(camera: CameraModel, mount: CameraMount): void;
  /** In lock-step: requests one more frame. Requests add up. */
  requestNext(): void;
  /** Resolves when the source has ended or failed and the thread is gone; never rejects. */
  readonly ended: Promise<CaptureEnd>;
  /** Ends the capture; frames handed out stay valid until their release. May be called twice. */
  stop(): Promise<CaptureEnd>;
}

/**
 * Opens a source in its own worker thread, which writes frames into a ring of slots and posts no pixels. Resolves when
 * the source is open, before its first frame. Rejects with the source's error (ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY,
 * ERR_SOURCE_FORMAT, ERR_RECORDING, ERR_TOOL_MISSING) or ERR_CONFIG.
 */
export async function startCapture(options: CaptureOptions): Promise<CaptureHandle> {
  const { source, sourceOptions = {}, pacing, slotCount = 8, rateFactor = 1 } = options;
  if (!(rateFactor > 0 && Number.isFinite(rateFactor))) {
    throw new PerceptionError('ERR_CONFIG', `expected a rate above 0, found ${rateFactor}`);
  }
  if (!(slotCount >= 2)) {
    throw new PerceptionError('ERR_CONFIG', `expected 2 or more slots, found ${slotCount}`);
  }
  const data: CaptureWorkerData = {
    location: source,
    sourceOptions,
    slotCount,
    pacing,
    rateFactor,
    pictureHealth: options.pictureHealth,
  };
  const worker = new Worker(builtEntry('./capture-worker.js', import.meta.url), {
    workerData: data,
    name: 'capture',
  });
  const command = (type: Exclude<CaptureCommand['type'], 'mounted'>): void =>
    worker.postMessage({ type });

  const counts: CaptureCounts = { delivered: 0, drops: {} };
  let onFrame: ((frame: RingFrame) => void) | undefined;
  const notes: string[] = [];
  let onNote = (text: string): void => void notes.push(text);
  let onLost = (_error: PerceptionError): void => {};
  let end: CaptureEnd | undefined;
  const ended = new Promise<CaptureEnd>((resolve) => {
    worker.on('error', (error) => {
      end ??= { kind: 'failed', error: fromPostedError(toPostedError(error)), counts };
    });
    worker.on('exit', () => {
      const error = new PerceptionError('ERR_INTERNAL', 'the capture thread ended without a word');
      resolve(end ?? { kind: 'failed', error, counts });
    });
  });
  const opened = new Promise<{ info: SourceInfo; ring: FrameRing }>((resolve, reject) => {
    worker.on('message', (event: CaptureEvent) => {
      if (event.type !== 'opened') return;
      resolve({ info: event.info, ring: FrameRing.attach(event.ring) });
    });
    // Does nothing if the source was opened.
    void ended.then((result) => result.kind === 'failed' && reject(result.error));
  });
  worker.on('message', (event: CaptureEvent) => {
    if (event.type === 'frame') {
      counts.delivered++;
      const { type: _, ...frame } = event;
      onFrame?.(frame);
    } else if (event.type === 'drops') counts.drops = event.drops;
    else if (event.type === 'note') onNote(event.text);
    else if (event.type === 'lost') onLost(fromPostedError(event.error));
    else if (event.type === 'end' && event.error === undefined) end = { kind: 'ended', counts };
    else if (event.type === 'end') {
      end = { kind: 'failed', error: fromPostedError(event.error!), counts };
    }
  });
  const { info, ring } = await opened;
  return {
    info,
    ring,
    counts,
    onFrame(callback) {
      if (onFrame === undefined) command('start');
      onFrame = callback;
    },
    onLost(callback) {
      onLost = callback;
    },
    onNote(callback) {
      onNote = callback;
      for (const text of notes.splice(0)) callback(text);
    },
    expectMount(camera, mount) {
      const { heightM, pitchRad, yawRad = 0, rollRad = 0 } = mount;
      const plain = { heightM, pitchRad, yawRad, rollRad };
      worker.postMessage({ type: 'mounted', camera, mount: plain } satisfies CaptureCommand);
    },
    requestNext: () => command('next'),
    ended,
    stop() {
      command('stop');
      return ended;
    },
  };
}
