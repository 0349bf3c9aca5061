import { mountMetadata, mountMetadataName } from '../../calibration/mount.js';
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
import { buildFacts, manifestFacts } from './made-by.js';
import { RecorderThread } from './recorder-thread.js';
import { withWhatIsLeft } from './what-is-left.js';

/** What a supervised pipeline that dies may lose of its recording's end. */
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

/** What the recording knows of one camera while it runs. */
interface RecordedCamera {
  run: RunFacts;
  /** Of its last result. */
  stampNs?: bigint;
}

/**
 * A run into MCAP: results, what is said of the run, and pictures; of a rig all cameras into one file. A full disk ends
 * the recording, not the run.
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

  /** Once it has ended, the files that are there. */
  get place(): string {
    return filesInWords(this.#thread.files) ?? this.#settings.record!.path;
  }

  get counts() {
    return this.#thread.counts;
  }

  get health(): string | undefined {
    return this.#thread.health;
  }

  /** The file is opened with the last camera. Rejects with ERR_OUTPUT where it cannot be written. */
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
      // Of a pipeline whose supervisor died with it: it must not be written over.
      setAside(path);
      supervised.main.recordsTo(path);
    }
    const megabytes = split?.megabytes;
    const splitBytes = megabytes === undefined ? undefined : megabytes * 1e6;
    await this.#thread.open({
      ...{ path, compression, splitBytes, splitSeconds: split?.seconds, keepSeconds },
      cameras: [...this.#cameras.values()].map((camera) => this.#recorded(camera.run)),
      // The index grows with every chunk, which is why they are not as small without need.
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
    // A drive that is replayed has times of its own; before its first frame there is none.
    const atNs = camera.run.isLive ? stampNs : camera.stampNs;
    if (atNs !== undefined) this.#thread.message(topic as ChannelTopic, atNs, payload, of);
  }

  /** In lock-step the recording is complete, so the disk may hold up the frames. */
  async drained(): Promise<void> {
    await this.#thread.drained();
  }

  async close(end: OutputEnd): Promise<void> {
    const ways = { ended: 'close', stopped: 'cut', left: 'leave', failed: 'abort' } as const;
    try {
      await this.#thread.end(ways[end]);
    } catch (error) {
      throw this.#settings.supervised === undefined
        ? withWhatIsLeft(error, this.#settings.record!.path)
        : error;
    }
  }

  /** Where pictures are to be encoded, a JPEG that came for another output does not take their place. */
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

function metadataOf(run: RunFacts): Record<string, Record<string, string>> {
  const networks = [...run.manifests].map(([task, { network }]) => [task, network.sha256]);
  const { source, pacing, calibrationSha256: calibration, lanes } = run;
  const made = { ...buildFacts(), ...Object.fromEntries(networks) };
  const manifests = [...run.manifests].map(([task, one]) => [task, manifestFacts(one)]);
  return {
    'windshield.result': { source, pacing, calibration, lanes, ...made },
    'windshield.manifests': Object.fromEntries(manifests),
    ...(run.mount && { [mountMetadataName]: mountMetadata(run.mount) }),
  };
}

/** The pipeline file, the manifests and the calibration, whole. */
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
