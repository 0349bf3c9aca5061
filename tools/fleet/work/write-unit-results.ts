import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type GroundTruth,
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { compressZstd } from '../../../src/recording/zstd.js';
import type { Unit } from '../plan/unit.js';
import { countFrame, type DriveCounts, noCounts } from './drive-counts.js';

export interface WrittenResults {
  published: number;
  span: { fromNs: string; toNs: string } | null;
  counts: DriveCounts;
}

export interface UnitPaths {
  /** What the replay recorded. */
  recorded: string;
  /** What was replayed. */
  drive: string;
  results: string;
  times: string;
}

/** What a run says of itself that its results do not depend on: left to the file of times. */
const aboutTheMachine = new Set(['machine', 'lanes', 'source']);

/**
 * Divides what a replay recorded into results, which are the same whoever replays, and times. Of a piece the run-up is
 * left out, and frames are numbered and timed as in the whole drive.
 */
export async function writeUnitResults(
  unit: Unit,
  paths: UnitPaths,
  frameIds: readonly number[] | undefined,
  facts: Readonly<Record<string, string>>,
): Promise<WrittenResults> {
  const reader = await RecordingReader.open(paths.recorded);
  const truths = await TruthReader.open(paths.drive);
  const { compress } = await compressZstd();
  const compressChunk = (records: Uint8Array) => {
    return { compression: 'zstd', compressedData: compress(records) };
  };
  // Chunks end by size alone: by time, the same results would be other bytes on a slower machine.
  const options = { chunkMs: Number.POSITIVE_INFINITY, compressChunk };
  const results = await RecordingWriter.create(paths.results, options);
  const times = await RecordingWriter.create(paths.times, options);
  try {
    for (const [name, entries] of reader.metadata) {
      const kept = Object.entries(entries).filter(([key]) => !aboutTheMachine.has(key));
      await results.addMetadata(name, Object.fromEntries(kept));
      await times.addMetadata(name, entries);
    }
    const piece = unit.piece === undefined ? {} : { piece: String(unit.piece.number) };
    await results.addMetadata('windshield.unit', { drive: unit.drive, ...piece });
    await times.addMetadata('windshield.unit', { drive: unit.drive, ...piece, ...facts });
    const written: WrittenResults = { published: 0, span: null, counts: noCounts() };
    const range = { topics: ['camera/calibration', 'perception'] };
    for await (const { topic, stampNs, data } of reader.messages(range)) {
      if (topic === 'camera/calibration') {
        await results.writeEncoded('camera/calibration', stampNs, data);
        continue;
      }
      const frame = fromBinary(PerceptionFrameSchema, data);
      if (!isKept(frame, unit)) continue;
      placeInDrive(frame, unit, frameIds);
      const truth = await truths.at(frame.stampNs);
      if (truth !== undefined) await countFrame(written.counts, frame, truth);
      await times.writeEncoded(
        'perception',
        stampNs,
        toBinary(PerceptionFrameSchema, timesOf(frame)),
      );
      delete frame.timing;
      frame.epoch = 0;
      frame.topicSequence = 0n;
      await results.writeEncoded('perception', stampNs, toBinary(PerceptionFrameSchema, frame));
      written.published++;
      written.span ??= { fromNs: String(stampNs), toNs: String(stampNs) };
      written.span.toNs = String(stampNs);
    }
    await results.close();
    await times.close();
    return written;
  } catch (error) {
    await results.abort();
    await times.abort();
    throw error;
  } finally {
    await reader.close();
    await truths.close();
  }
}

const isKept = ({ stampNs }: PerceptionFrame, { piece }: Unit): boolean =>
  piece === undefined || (stampNs >= BigInt(piece.fromNs) && stampNs < BigInt(piece.toNs));

function placeInDrive(
  frame: PerceptionFrame,
  { piece }: Unit,
  frameIds: readonly number[] | undefined,
): void {
  if (piece === undefined || frameIds === undefined) return;
  frame.frameId = BigInt(frameIds[Number(frame.frameId)]!);
  frame.sourceTimeNs = frame.stampNs - BigInt(piece.driveFromNs);
}

const timesOf = ({ frameId, sourceTimeNs, stampNs, stages, drops, timing }: PerceptionFrame) =>
  create(PerceptionFrameSchema, {
    ...{ frameId, sourceTimeNs, stampNs, stages, drops },
    ...(timing !== undefined && { timing }),
  });

/** The truths of a drive one after the other; none of a source that is no recording. */
class TruthReader {
  readonly #reader: RecordingReader | undefined;
  readonly #messages: AsyncGenerator<{ stampNs: bigint; data: Uint8Array }, void, void> | undefined;
  #next: { stampNs: bigint; data: Uint8Array } | undefined;

  private constructor(reader: RecordingReader | undefined) {
    this.#reader = reader;
    const ids = reader?.channels
      .filter(({ schemaName }) => schemaName === GroundTruthSchema.typeName)
      .map(({ id }) => id);
    if (ids !== undefined && ids.length > 0) this.#messages = reader!.messages({ channelIds: ids });
  }

  static async open(path: string): Promise<TruthReader> {
    return new TruthReader(await RecordingReader.open(path).catch(() => undefined));
  }

  /** The truth with this stamp. Stamps are asked for in ascending order. */
  async at(stampNs: bigint): Promise<GroundTruth | undefined> {
    if (this.#messages === undefined) return undefined;
    while (this.#next === undefined || this.#next.stampNs < stampNs) {
      const { value, done } = await this.#messages.next();
      if (done || value === undefined) return undefined;
      this.#next = value;
    }
    return this.#next.stampNs === stampNs
      ? fromBinary(GroundTruthSchema, this.#next.data)
      : undefined;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }
}
