import { toBinary } from '@bufbuild/protobuf';
import type { CameraModel } from '../../calibration/camera-model.js';
import { type CaptureHandle, startCapture } from '../../capture/capture-thread.js';
import type { SourceOptions } from '../../capture/source-options.js';
import { nowNs, startWallClock } from '../../frame/clock.js';
import { PerceptionError } from '../../frame/perception-error.js';
import { Log_Level, LogSchema } from '../../messages/gen/foxglove/log_pb.js';
import { setAside } from '../../supervise/interrupted-recording.js';
import { logMessage } from '../../viewer/foxglove-messages.js';
import type { RecordSettings } from '../output-settings.js';
import { RecordStatus } from './record-status.js';
import { RecorderThread } from './recorder-thread.js';
import { withWhatIsLeft } from './what-is-left.js';

export interface RecordSourceOptions {
  source: string;
  sourceOptions: SourceOptions;
  record: Omit<RecordSettings, 'images'>;
  camera: CameraModel | undefined;
  /** Ends the recording cleanly after this many seconds of the source; of a camera also if it is lost meanwhile. */
  seconds?: number | undefined;
  signal: AbortSignal;
  note(text: string): void;
  onFrame?(frames: number): void;
  onKeep?(keep: () => void): void;
}

export interface RecordSummary {
  /** The files there are, in order: one, or those of a ring or a split. */
  files: readonly string[];
  /** Frames that were written; in a ring, some may have been removed again. */
  frames: number;
  /** Frames that are not in the recording, by reason. */
  dropped: Record<string, number>;
  widthPx: number;
  heightPx: number;
  seconds: number;
}

/** Slots of the ring: this many frames may wait to be encoded. */
const slotCount = 8;
/** Frames taken before the end may arrive as much later, seconds. */
const lateS = 1;

/**
 * Records the frames of a source, as JPEG or as H.264, without networks, until it ends, `signal` aborts, or `seconds` are
 * over. A camera is never held up: a frame that finds no room is dropped and counted. Rejects as startCapture does, and
 * with ERR_OUTPUT if the disk fails; what was recorded until then stays.
 */
export async function recordSource(options: RecordSourceOptions): Promise<RecordSummary> {
  const { source, sourceOptions, record } = options;
  const aside = setAside(record.path);
  if (aside !== undefined)
    options.note(`what a run that was killed had recorded is kept: ${aside}`);
  // A recorded source is read as fast as the disk takes it; a camera is never held back.
  const keepsCoded = record.pictures === 'camera';
  const capture = await startCapture({
    source,
    sourceOptions: { ...sourceOptions, ...(keepsCoded && { keepsCoded }) },
    pacing: 'asap',
    slotCount,
  });
  if (keepsCoded && capture.info.codedBytes === undefined) {
    await capture.stop();
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected a camera, to keep its pictures untouched, found a recording; \`cut\` and \`import\` copy pictures as they are: ${source}`,
    );
  }
  const thread = new RecorderThread();
  try {
    await thread.open(recorderOptions(options, capture));
    options.onKeep?.(() => thread.keep());
    return await run(options, capture, thread);
  } catch (error) {
    await thread.end('abort').catch(() => undefined);
    throw withWhatIsLeft(error, record.path);
  } finally {
    await capture.stop();
  }
}

async function run(
  { seconds, signal, note, onFrame }: RecordSourceOptions,
  capture: CaptureHandle,
  thread: RecorderThread,
): Promise<RecordSummary> {
  const { ring, info } = capture;
  const stop = (): void => void capture.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const endNs = seconds === undefined ? undefined : BigInt(Math.round(seconds * 1e9));
  // A camera that is lost sends no frame by whose time the end could be told.
  const isTimed = info.isLive && seconds !== undefined;
  const timer = isTimed ? setTimeout(stop, (seconds + lateS) * 1000) : undefined;
  let lastNs = 0n;
  let frames = 0;
  const { offsetNs } = startWallClock();
  // Written into the recording too; this also flushes what waits for the next picture.
  const tell = (level: Log_Level, text: string): void => {
    note(text);
    if (!info.isLive) return;
    const atNs = nowNs() + offsetNs;
    thread.message('log', atNs, toBinary(LogSchema, logMessage(level, text, atNs)));
  };
  capture.onNote((text) => tell(Log_Level.INFO, text));
  const status = info.isLive ? new RecordStatus(capture, thread, offsetNs) : undefined;
  capture.onLost(({ message }: PerceptionError) => {
    tell(Log_Level.WARNING, `${message}; trying again`);
    status?.sourceLost();
  });
  capture.onFrame((frame) => {
    const { slot, stampNs, sourceTimeNs, captureTimeNs } = frame;
    if (thread.failure !== undefined || (endNs !== undefined && sourceTimeNs >= endNs)) {
      ring.release(slot);
      stop();
      return;
    }
    if (frames === 0) timer?.refresh();
    lastNs = sourceTimeNs;
    const release = () => ring.release(slot);
    const { layout } = info;
    const pixels = { layout, bytes: ring.pixels(slot), coded: ring.coded(slot), release };
    // If the frame has no stamp: wall time for a camera, the source's own time for anything else.
    const ownNs = info.isLive ? captureTimeNs + offsetNs : sourceTimeNs;
    thread.picture(stampNs === 0n ? ownNs : stampNs, pixels);
    status?.frameCaptured(frame);
    onFrame?.(++frames);
  });
  const end = await capture.ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  status?.close();
  await thread.end('close');
  if (end.kind === 'failed') throw end.error;
  const { sent, dropped } = thread.counts.of(thread.pictureTopic);
  const drops = { ...end.counts.drops, ...(dropped > 0 && { disk: dropped }) };
  const { widthPx, heightPx } = info.layout;
  const { files } = thread;
  return { files, frames: sent, dropped: drops, widthPx, heightPx, seconds: Number(lastNs) / 1e9 };
}

function recorderOptions({ source, record, camera }: RecordSourceOptions, capture: CaptureHandle) {
  const { path, split, keepSeconds, compression, quality = 90 } = record;
  const { name: sourceName, layout, nominalRateHz } = capture.info;
  const { widthPx, heightPx } = layout;
  const isVideo = record.pictures === 'h264';
  const facts = {
    ...{ widthPx, heightPx, rateHz: nominalRateHz },
    ...(isVideo ? { videoQuality: quality } : { jpegQuality: quality }),
  };
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const numbers = Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
  const megabytes = split?.megabytes;
  const calibration = new TextEncoder().encode(JSON.stringify(camera, undefined, 2));
  const recorded = {
    ...{ source, layout, quality, camera },
    ...(isVideo && { video: { rateHz: nominalRateHz } }),
    // Pictures are encoded from the frames as they come; `import` is for copying them as they are.
    images: false,
    metadata: { 'windshield.drive': { ...numbers, sourceName, madeBy: 'windshield record' } },
    attachments:
      camera === undefined
        ? []
        : [{ name: 'calibration.json', mediaType: 'application/json', data: calibration }],
  };
  return {
    ...{ path, compression, keepSeconds },
    cameras: [recorded],
    splitBytes: megabytes === undefined ? undefined : megabytes * 1e6,
    splitSeconds: split?.seconds,
  };
}
