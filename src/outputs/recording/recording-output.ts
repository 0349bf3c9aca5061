import { mountMetadata, mountMetadataName } from '../../calibration/mount.js';
import { openIfRecording } from '../../capture/camera-of.js';
import { isAbandoned, partialSuffix } from '../../files/claim-partial.js';
import { logTopic, perceptionTopic, statusTopic } from '../../messages/topics.js';
import type { RecordedAttachment } from '../../recording/attachments.js';
import type { ChannelTopic } from '../../recording/channels.js';
import { setAside, setPiecesAside } from '../../supervise/interrupted-recording.js';
import type { Output, OutputEnd, OutputMessage, RunFacts } from '../output.js';
import type { OutputSettings } from '../output-settings.js';
import { filesInWords } from './files-in-words.js';
import { recordingHeldFrames } from './held-frames.js';
import { buildFacts, manifestFacts } from './made-by.js';
import { RecorderThread } from './recorder-thread.js';
import { withWhatIsLeft } from './what-is-left.js';

/** What a supervised pipeline that dies may lose of its recording's end. */
const supervisedChunkBytes = 8 * 1024;

export async function openRecordingOutput(settings: OutputSettings): Promise<Output> {
  const { record, source } = settings;
  const recording = source === undefined ? undefined : await openIfRecording(source);
  await recording?.close();
  // The pictures of a recording are copied as they are.
  return new RecordingOutput(settings, record!.images && recording === undefined);
}

/** A run into MCAP: results, what is said of the run, and pictures. A full disk ends the recording, not the run. */
class RecordingOutput implements Output {
  readonly name = 'recording';
  readonly topics = [perceptionTopic.name, statusTopic.name, logTopic.name];
  readonly heldFrames = recordingHeldFrames;
  readonly #settings: OutputSettings;
  readonly #thread = new RecorderThread();
  #isLive = false;
  #isLockstep = false;
  /** Of the last result. */
  #stampNs: bigint | undefined;

  constructor(
    settings: OutputSettings,
    readonly needsPixels: boolean,
  ) {
    this.#settings = settings;
  }

  /** Once it has ended, the files that are there. */
  get place(): string {
    return filesInWords(this.#thread.files) ?? this.#settings.record!.path;
  }

  get counts() {
    return this.#thread.counts;
  }

  get health(): string | undefined {
    if (this.#thread.failure !== undefined) return 'recording_failed';
    return this.#thread.isBehind ? 'recording_behind' : undefined;
  }

  /** Rejects with ERR_OUTPUT where the file cannot be written. */
  async begin(run: RunFacts): Promise<void> {
    const { supervised, note } = this.#settings;
    const record = this.#settings.record!;
    this.#isLive = run.isLive;
    this.#isLockstep = run.pacing === 'lockstep';
    const { path, images, compression, split, keepSeconds, quality = 90 } = record;
    if (supervised === undefined) {
      if (isAbandoned(`${path}${partialSuffix}`))
        note?.(`what a run that was killed had recorded is kept: ${setAside(path)}`);
      else setPiecesAside(path);
    } else {
      // Of a pipeline whose supervisor died with it: it must not be written over.
      setAside(path);
      supervised.main.recordsTo(path);
    }
    const { source, layout, camera, mount, pictureTopic: topic } = run;
    const megabytes = split?.megabytes;
    const splitBytes = megabytes === undefined ? undefined : megabytes * 1e6;
    const sizes = { splitBytes, splitSeconds: split?.seconds, keepSeconds };
    await this.#thread.open({
      ...{ path, source, topic, images, layout, quality, compression, camera, mount, ...sizes },
      metadata: metadataOf(run),
      attachments: attachmentsOf(run),
      // The index grows with every chunk, which is why they are not as small without need.
      chunkBytes: supervised === undefined ? undefined : supervisedChunkBytes,
    });
    this.#settings.onKeep?.(() => this.#thread.keep());
  }

  send({ topic, stampNs, payload, pixels }: OutputMessage): void {
    if (topic === perceptionTopic.name) {
      this.#stampNs = stampNs;
      this.#thread.message(topic, stampNs, payload);
      if (pixels !== undefined) this.#thread.picture(stampNs, pixels);
      else if (this.needsPixels) this.#thread.counts.of('camera/image').dropped++;
      return;
    }
    // Wall time has no place in a recording whose equal runs give equal bytes.
    if (this.#isLockstep) return;
    // A drive that is replayed has times of its own; before its first frame there is none.
    const atNs = this.#isLive ? stampNs : this.#stampNs;
    if (atNs !== undefined) this.#thread.message(topic as ChannelTopic, atNs, payload);
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
