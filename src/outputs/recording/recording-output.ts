import { isAbandoned, partialSuffix } from '../../files/claim-partial.js';
import { perceptionTopic } from '../../messages/topics.js';
import { setAside } from '../../supervise/interrupted-recording.js';
import type { Output, OutputEnd, OutputMessage, RunFacts } from '../output.js';
import type { OutputSettings } from '../output-settings.js';
import { PublishCounts } from '../publish-count.js';
import { buildFacts, manifestFacts } from './made-by.js';
import { ResultRecorder } from './result-recorder.js';

/** What a supervised pipeline that dies may lose of its recording's end. */
const supervisedChunkBytes = 8 * 1024;

export async function openRecordingOutput(settings: OutputSettings): Promise<Output> {
  return new RecordingOutput(settings);
}

/** Results into an MCAP file. A full disk ends the recording, not the run. */
class RecordingOutput implements Output {
  readonly name = 'recording';
  readonly place: string;
  readonly topics = [perceptionTopic.name];
  readonly needsPixels = false;
  readonly #settings: OutputSettings;
  #recorder: ResultRecorder | undefined;

  constructor(settings: OutputSettings) {
    this.#settings = settings;
    this.place = settings.record!.path;
  }

  get counts(): PublishCounts {
    const { written: sent = 0, dropped = 0 } = this.#recorder ?? {};
    return new PublishCounts([[perceptionTopic.name, { sent, dropped }]]);
  }

  get health(): string | undefined {
    return this.#recorder?.failure === undefined ? undefined : 'recording_failed';
  }

  /** Rejects as ResultRecorder.create does. */
  async begin(run: RunFacts): Promise<void> {
    const { record, supervised, note } = this.#settings;
    const networks = [...run.manifests].map(([task, { network }]) => [task, network.sha256]);
    const { source, pacing, calibrationSha256: calibration, lanes } = run;
    const made = { ...buildFacts(), ...Object.fromEntries(networks) };
    const facts = { source, pacing, calibration, lanes, ...made };
    const manifests = Object.fromEntries(
      [...run.manifests].map(([task, manifest]) => [task, manifestFacts(manifest)]),
    );
    const options = {
      ...record!,
      source,
      facts,
      manifests,
      mount: run.mount,
      topic: run.pictureTopic,
    };
    if (supervised === undefined) {
      if (isAbandoned(`${options.path}${partialSuffix}`))
        note?.(`what a run that was killed had recorded is kept: ${setAside(options.path)}`);
      this.#recorder = await ResultRecorder.create(options);
      return;
    }
    // Of a pipeline whose supervisor died with it: it must not be written over.
    setAside(options.path);
    supervised.main.recordsTo(options.path);
    // The index grows with every chunk, which is why they are not as small without need.
    const chunkBytes = supervisedChunkBytes;
    this.#recorder = await ResultRecorder.create({ ...options, chunkBytes });
  }

  send({ stampNs, payload }: OutputMessage): void {
    this.#recorder?.record(stampNs, payload);
  }

  /** In lock-step the recording is complete, so the disk may hold up the frames. */
  async drained(): Promise<void> {
    await this.#recorder?.drained();
  }

  async close(end: OutputEnd): Promise<void> {
    if (end === 'ended' || end === 'stopped')
      await this.#recorder?.close({ isCutShort: end === 'stopped' });
    else if (end === 'left') await this.#recorder?.leave();
    else await this.#recorder?.abort();
  }
}
