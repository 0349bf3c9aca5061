import { basename } from 'node:path';
import {
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../src/messages/read-message.js';
import { recordingLosses } from '../../src/recording/recording-losses.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { resultTopics } from '../../src/recording/result-topics.js';
import { withoutResults } from '../../src/recording/without-results.js';
import type { DriveRow, TableRow } from './drive-tables.js';
import { type FrameKey, rowsOfResult } from './rows-of-result.js';
import { rowsOfTruth } from './rows-of-truth.js';
import { TrackRows } from './track-rows.js';

export interface DriveRowsOptions {
  /** The replayed drive, whose ground truth is included. If omitted, that of the results' own file, if any. */
  drivePath?: string | undefined;
  /** Value of the column `drive`; defaults to the results' file name without extension. */
  driveName?: string | undefined;
  /** Called once after the last row with what could not be read. */
  onLoss?(loss: string): void;
  /** Ends the reading, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Default name of a drive: its file name without folder and extension; `rig#front` for one camera of several. */
export const driveNameOf = (path: string): string => basename(path).replace(/\.mcap(?=#|$)/i, '');

/**
 * All rows of a recording of results and of its drive's ground truth, in order of time, followed by tracks, bundles
 * and the drive itself. Keeps one message in memory at a time, plus what tracks need. Rejects with
 * ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY or ERR_RECORDING: not a recording, or one without results.
 */
export async function* readDriveRows(
  resultsPath: string,
  { drivePath, driveName = driveNameOf(resultsPath), onLoss, signal }: DriveRowsOptions = {},
): AsyncGenerator<TableRow, void, void> {
  const results = await RecordingReader.open(resultsPath);
  try {
    const topics = resultTopics(results);
    const sums = new DriveSums(driveName);
    for await (const { data, stampNs } of results.messages({ topics })) {
      signal?.throwIfAborted();
      const frame = decoded(data);
      if (frame === undefined) sums.undecodable++;
      else {
        const key = sums.keyOf(stampNs, frame);
        sums.add(key, frame);
        yield* rowsOfResult(key, frame);
      }
    }
    if (sums.frames === 0n) throw withoutResults(results, lossesOf(results, sums.undecodable));
    yield* truthRows(drivePath, results, sums);
    yield* sums.rows(results.metadata.get('windshield.result') ?? {});
    for (const loss of lossesOf(results, sums.undecodable)) onLoss?.(loss);
  } finally {
    await results.close();
  }
}

async function* truthRows(
  drivePath: string | undefined,
  results: RecordingReader,
  sums: DriveSums,
): AsyncGenerator<TableRow, void, void> {
  const reader = drivePath === undefined ? results : await RecordingReader.open(drivePath);
  try {
    const topics = topicsOf(reader, GroundTruthSchema.typeName);
    if (topics.length === 0) return;
    for await (const { data, stampNs } of reader.messages({ topics })) {
      const truth = readMessage(GroundTruthSchema, data, reader.path);
      const time_s = Number(stampNs - sums.zeroNs) / 1e9;
      const key = {
        drive: sums.drive,
        epoch: 0,
        frame_id: truth.frameId,
        stamp_ns: stampNs,
        time_s,
      };
      sums.truthFrames++;
      yield* rowsOfTruth(key, truth);
    }
  } finally {
    if (reader !== results) await reader.close();
  }
}

/** Totals of a drive, collected while it is read. */
class DriveSums {
  readonly drive: string;
  frames = 0n;
  truthFrames = 0n;
  undecodable = 0;
  /** Stamp at which the drive's own clock is 0. */
  zeroNs = 0n;
  /** By life of a supervised pipeline: when its source's time began on the drive's clock, nanoseconds. */
  readonly #lives = new Map<number, bigint>();
  readonly #tracks = new TrackRows();
  #first: { key: FrameKey; frame: PerceptionFrame } | undefined;
  #last: FrameKey | undefined;
  #dropped = 0n;

  constructor(drive: string) {
    this.drive = drive;
  }

  keyOf(stampNs: bigint, { epoch, frameId, sourceTimeNs }: PerceptionFrame): FrameKey {
    if (this.#lives.size === 0) this.zeroNs = stampNs - sourceTimeNs;
    // The source of each life counts from 0: only stamps tell how far it is from the life before.
    const beganNs = this.#lives.get(epoch) ?? stampNs - sourceTimeNs - this.zeroNs;
    this.#lives.set(epoch, beganNs);
    const time_s = Number(beganNs + sourceTimeNs) / 1e9;
    return { drive: this.drive, epoch, frame_id: frameId, stamp_ns: stampNs, time_s };
  }

  add(key: FrameKey, frame: PerceptionFrame): void {
    this.#first ??= { key, frame };
    this.#last = key;
    this.frames++;
    for (const { count } of frame.drops) this.#dropped += count;
    this.#tracks.add(key, frame);
  }

  *rows(facts: Readonly<Record<string, string>>): Generator<TableRow> {
    yield* this.#tracks.rows();
    const { key, frame } = this.#first!;
    for (const { task, version, networkSha256, isCertified } of frame.bundles)
      yield {
        table: 'bundles',
        row: {
          drive: this.drive,
          task,
          version,
          network_sha256: networkSha256,
          is_certified: isCertified,
        },
      };
    const row: DriveRow<'drives'> = {
      drive: this.drive,
      source: facts['source'] ?? '',
      pacing: facts['pacing'] ?? '',
      build: facts['build'] ?? '',
      machine: facts['machine'] ?? '',
      calibration_sha256: frame.calibrationSha256,
      width_px: frame.widthPx,
      height_px: frame.heightPx,
      start_ns: key.stamp_ns,
      duration_s: Number(this.#last!.stamp_ns - key.stamp_ns) / 1e9,
      frames: this.frames,
      dropped_frames: this.#dropped,
      truth_frames: this.truthFrames,
    };
    yield { table: 'drives', row };
  }
}

const topicsOf = ({ channels }: RecordingReader, schemaName: string) => [
  ...new Set(channels.filter((one) => one.schemaName === schemaName).map(({ topic }) => topic)),
];

function decoded(data: Uint8Array): PerceptionFrame | undefined {
  try {
    return readMessage(PerceptionFrameSchema, data, '');
  } catch {
    return undefined;
  }
}

function lossesOf(reader: RecordingReader, undecodable: number): string[] {
  const others = undecodable > 0 ? [`has ${undecodable} messages that are no results`] : [];
  return [...recordingLosses(reader), ...others];
}
