import { fromBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../src/messages/read-message.js';
import { recordingLosses } from '../../src/recording/recording-losses.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { resultTopics } from '../../src/recording/result-topics.js';

/** One recorded result: the message, and its bytes as they were recorded. */
export interface Result {
  /** The frame's stamp on the recording's clock, nanoseconds since the Unix epoch. */
  stampNs: bigint;
  frame: PerceptionFrame;
  payload: Uint8Array;
}

/** Facts that the run recorded about itself. */
export interface RecordedRun {
  path: string;
  /** Metadata `windshield.result`: source, pacing, build, machine, hashes. Empty if another program wrote the file. */
  run: Readonly<Record<string, string>>;
  /** By task, the part of the manifest that affects results; undefined for files that do not record it. */
  manifests: ReadonlyMap<string, unknown>;
  calibration: CameraCalibration | undefined;
  /** Parts of a damaged file that could not be read; empty for a complete one. */
  losses: readonly string[];
}

/** A recording of results, open for reading. Close it when done. */
export class ResultsFile {
  readonly path: string;
  readonly #reader: RecordingReader;
  readonly #topics: readonly string[];
  #undecodable = 0;

  private constructor(reader: RecordingReader, topics: readonly string[]) {
    this.path = reader.path;
    this.#reader = reader;
    this.#topics = topics;
  }

  /**
   * Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, or ERR_RECORDING: not a recording, or one without results or with
   * those of several cameras.
   */
  static async open(path: string): Promise<ResultsFile> {
    const reader = await RecordingReader.open(path);
    try {
      return new ResultsFile(reader, resultTopics(reader));
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Metadata that the run recorded, by name. */
  get metadata(): RecordingReader['metadata'] {
    return this.#reader.metadata;
  }

  /** In the order of their stamps. Messages that cannot be decoded are skipped and counted. */
  async *results(): AsyncGenerator<Result, void, void> {
    for await (const { data, stampNs } of this.#reader.messages({ topics: this.#topics })) {
      let frame: PerceptionFrame;
      try {
        frame = fromBinary(PerceptionFrameSchema, data);
      } catch {
        this.#undecodable++;
        continue;
      }
      yield { stampNs, frame, payload: data };
    }
  }

  /** Complete once all results have been read. */
  async facts(): Promise<RecordedRun> {
    const { metadata } = this.#reader;
    const manifests = Object.entries(metadata.get('windshield.manifests') ?? {});
    const losses = [
      ...recordingLosses(this.#reader),
      ...(this.#undecodable > 0 ? [`has ${this.#undecodable} messages that are no results`] : []),
    ];
    return {
      path: this.path,
      run: metadata.get('windshield.result') ?? {},
      manifests: new Map(manifests.flatMap(([task, text]) => parsed(task, text))),
      calibration: await this.#calibration(),
      losses,
    };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #calibration(): Promise<CameraCalibration | undefined> {
    const channel = this.#reader.channels.find(
      ({ schemaName }) => schemaName === CameraCalibrationSchema.typeName,
    );
    if (channel === undefined) return undefined;
    for await (const { data } of this.#reader.messages({ topics: [channel.topic] }))
      return readMessage(CameraCalibrationSchema, data, this.path);
    return undefined;
  }
}

const json = z.string().transform((text): unknown => JSON.parse(text));

function parsed(task: string, text: string): [string, unknown][] {
  try {
    return [[task, json.parse(text)]];
  } catch {
    return [];
  }
}
