import { openIfRecording } from '../../capture/camera-of.js';
import { isAbandoned, partialSuffix } from '../../files/claim-partial.js';
import { logTopic, perceptionTopic, statusTopic, syncTopic } from '../../messages/topics.js';
import type { RecordedAttachment } from '../../recording/attachments.js';
import type { ChannelTopic } from '../../recording/channels.js';
import { setAside, setPiecesAside } from '../../supervise/interrupted-recording.js';
import type { FramePixels, Output, OutputEnd, OutputMessage, RunFacts } from '../output.js';
import type { OutputSettings } from '../output-settings.js';
import type { CameraRecorderOptions } from './camera-recorder.js';
import { filesInWords } from './files-in-words.js';
import { recordingHeldFrames } from './held-frames.js';
import { RecorderThread } from './recorder-thread.js';
import { metadataOf } from './run-metadata.js';
import { withWhatIsLeft } from './what-is-left.js';

/** Bytes that a supervised pipeline that dies may lose at the end of its recording. */
const supervisedChunkBytes = 8 * 1024;

export async function openRecordingOutput(settings: OutputSettings): Promise<Output> {
  const { record, source, cameras = [{ name: undefined, source }] } = settings;
  // The pictures of a recording are copied as they are.
  const copied = await Promise.all(cameras.map((camera) => isRecording(camera.source)));
  const drawn = cameras.filter((_, index) => record!.images && !copied[index]);
  return new RecordingOutput(settings, new Set(drawn.map(({ name }) => name)));
}

async function isRecording(source: string | undefined): Promise<boolean> {
  const reader = source === undefined ? undefined : await openIfRecording(source);
  await reader?.close();
  return reader !== undefined;
}

/** The recording's state of one camera. */
interface RecordedCamera {
  run: RunFacts;
  /** Stamp of its last result. */
  stampNs?: bigint;
}

/**
 * Records a run as MCAP: results, status, log and pictures; all cameras of a rig in one file. A full disk ends the
 * recording, not the run.
 */
class RecordingOutput implements Output {
  readonly name = 'recording';
  readonly topics = [perceptionTopic.name, statusTopic.name, logTopic.name, syncTopic.name];
  readonly heldFrames = recordingHeldFrames;
  readonly #settings: OutputSettings;
  readonly #thread = new RecorderThread();
  readonly #cameras = new Map<string | undefined, RecordedCamera>();
  /** Cameras whose pictures are encoded. */
  readonly #drawn: ReadonlySet<string | undefined>;
  #lastStampNs = 0n;

  constructor(settings: OutputSettings, drawn: ReadonlySet<string | undefined>) {
    this.#settings = settings;
    this.#drawn = drawn;
  }

  get needsPixels(): boolean {
    return this.#drawn.size > 0;
  }

  /** After the end, the files that exist. */
  get place(): string {
    return filesInWords(this.#thread.files) ?? this.#settings.record!.path;
  }

  get counts() {
    return this.#thread.counts;
  }

  get health(): string | undefined {
    return this.#thread.health;
  }

  /** Opens the file with the last camera. Rejects with ERR_OUTPUT if it cannot be written. */
  async begin(run: RunFacts): Promise<void> {
    this.#cameras.set(run.cameraName, { run });
    if (this.#cameras.size < (this.#settings.cameras?.length ?? 1)) return;
    const { supervised, note } = this.#settings;
    const { path, compression, split, keepSeconds } = this.#settings.record!;
    if (supervised === undefined) {
      if (isAbandoned(`${path}${partialSuffix}`))
        note?.(`what a run that was killed had recorded is kept: ${setAside(path)}`);
      else setPiecesAside(path);
    } else {
      // A recording of a pipeline whose supervisor died with it must not be overwritten.
      setAside(path);
      supervised.main.recordsTo(path);
    }
    const megabytes = split?.megabytes;
    const splitBytes = megabytes === undefined ? undefined : megabytes * 1e6;
    await this.#thread.open({
      ...{ path, compression, splitBytes, splitSeconds: split?.seconds, keepSeconds },
      cameras: [...this.#cameras.values()].map((camera) => this.#recorded(camera.run)),
      // The index grows with every chunk, so chunks are this small only under a supervisor.
      chunkBytes: supervised === undefined ? undefined : supervisedChunkBytes,
    });
    this.#settings.onKeep?.(() => this.#thread.keep());
  }

  send({ topic, camera: name, stampNs, payload, pixels }: OutputMessage): void {
    if (topic === syncTopic.name) {
      this.#thread.message(topic, this.#lastStampNs, payload, { group: name ?? '' });
      return;
    }
    const camera = this.#cameras.get(name)!;
    const of = { camera: [...this.#cameras.keys()].indexOf(name) };
    if (topic === perceptionTopic.name) {
      camera.stampNs = stampNs;
      if (stampNs > this.#lastStampNs) this.#lastStampNs = stampNs;
      this.#thread.message(topic, stampNs, payload, of);
      if (!this.#drawn.has(name)) pixels?.release();
      else if (pixels !== undefined) this.#thread.picture(stampNs, this.#recordable(pixels), of);
      else this.#thread.counts.of(this.#thread.pictureTopic).dropped++;
      return;
    }
    // Wall time has no place in a recording whose equal runs give equal bytes.
    if (camera.run.pacing === 'lockstep') return;
    // A replayed drive has its own times; before its first frame there is none.
    const atNs = camera.run.isLive ? stampNs : camera.stampNs;
    if (atNs !== undefined) this.#thread.message(topic as ChannelTopic, atNs, payload, of);
  }

  /** In lock-step the recording is complete, so the disk may hold up the frames. */
  async drained(): Promise<void> {
    await this.#thread.drained();
  }

  async close(end: OutputEnd): Promise<void> {
    // A camera's drive cannot be driven again; a replay can be repeated, and half of its results would pass as all.
    const isKept = [...this.#cameras.values()].some(
      ({ run, stampNs }) => run.isLive && stampNs !== undefined,
    );
    const failed = isKept ? 'cut' : 'abort';
    const ways = { ended: 'close', stopped: 'cut', left: 'leave', failed } as const;
    try {
      await this.#thread.end(ways[end]);
    } catch (error) {
      throw this.#settings.supervised === undefined
        ? withWhatIsLeft(error, this.#settings.record!.path)
        : error;
    }
    if (end === 'failed' && isKept)
      this.#settings.note?.(`what was recorded until then is kept: ${this.place}`);
  }

  /** If pictures are to be encoded, a JPEG that came for another output does not replace them. */
  #recordable({ coded, ...pixels }: FramePixels): FramePixels {
    return this.#settings.record!.pictures === 'camera' ? { ...pixels, coded } : pixels;
  }

  #recorded(run: RunFacts): CameraRecorderOptions {
    const { cameraName, source, layout, camera, mount, pictureTopic: topic } = run;
    const { images, pictures, quality = 90 } = this.#settings.record!;
    const isVideo = pictures === 'h264' && this.#drawn.has(cameraName);
    return {
      ...{ name: cameraName, source, topic, images, layout, quality, camera, mount },
      ...(isVideo && { video: { rateHz: run.nominalRateHz } }),
      metadata: metadataOf(run),
      attachments: attachmentsOf(run),
    };
  }
}

/** The complete pipeline file, manifests and calibration. */
function attachmentsOf({ pipeline, manifests, camera }: RunFacts): RecordedAttachment[] {
  const json = (name: string, text: string): RecordedAttachment => ({
    name,
    mediaType: 'application/json',
    data: new TextEncoder().encode(text),
  });
  return [
    ...(pipeline === undefined ? [] : [json('pipeline.json', pipeline)]),
    ...(camera === undefined ? [] : [json('calibration.json', JSON.stringify(camera, null, 2))]),
    ...[...manifests].map(([task, manifest]) =>
      json(`manifests/${task}.json`, JSON.stringify(manifest, undefined, 2)),
    ),
  ];
}
