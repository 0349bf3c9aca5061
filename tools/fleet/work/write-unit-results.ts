import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { compressZstd } from '../../../src/recording/zstd.js';
import type { Unit } from '../plan/unit.js';

export interface WrittenResults {
  published: number;
  span: { fromNs: string; toNs: string } | null;
}

export interface UnitPaths {
  /** The replay's recording; undefined for a piece without frames. */
  recorded: string | undefined;
  /** The replayed drive. */
  drive: string;
  results: string;
  times: string;
}

/** Facts about a run that do not affect its results; they go only into the file of times. */
const aboutTheMachine = new Set(['machine', 'lanes', 'source']);

/**
 * Splits a replay's recording into results, which are the same on any machine, and times. For a piece the run-up is
 * removed, and frames are numbered and timed as in the complete drive.
 */
export async function writeUnitResults(
  unit: Unit,
  paths: UnitPaths,
  frameIds: readonly number[] | undefined,
  facts: Readonly<Record<string, string>>,
): Promise<WrittenResults> {
  const reader =
    paths.recorded === undefined ? undefined : await RecordingReader.open(paths.recorded);
  const { compress } = await compressZstd();
  const compressChunk = (records: Uint8Array) => {
    return { compression: 'zstd', compressedData: compress(records) };
  };
  // Chunks end by size alone: if they ended by time, a slower machine would write different bytes for the same results.
  const options = { chunkMs: Number.POSITIVE_INFINITY, compressChunk };
  const results = await RecordingWriter.create(paths.results, options);
  const times = await RecordingWriter.create(paths.times, options);
  try {
    for (const [name, entries] of reader?.metadata ?? []) {
      const kept = Object.entries(entries).filter(([key]) => !aboutTheMachine.has(key));
      await results.addMetadata(name, Object.fromEntries(kept));
      await times.addMetadata(name, entries);
    }
    const piece = unit.piece === undefined ? {} : { piece: String(unit.piece.number) };
    await results.addMetadata('windshield.unit', { drive: unit.drive, ...piece });
    await times.addMetadata('windshield.unit', { drive: unit.drive, ...piece, ...facts });
    // The truth is copied, so that later judging and queries need not fetch the drive again.
    const truths = truthsOf(unit, paths.drive);
    let truth = await truths.next();
    const writeTruths = async (upToNs: bigint) => {
      for (; !truth.done && truth.value.stampNs <= upToNs; truth = await truths.next())
        await results.writeEncoded('ground_truth', truth.value.stampNs, truth.value.data);
    };
    const written: WrittenResults = { published: 0, span: null };
    const range = { topics: ['camera/calibration', 'perception'] };
    for await (const { topic, stampNs, data } of reader?.messages(range) ?? []) {
      if (topic === 'camera/calibration') {
        await results.writeEncoded('camera/calibration', stampNs, data);
        continue;
      }
      const frame = fromBinary(PerceptionFrameSchema, data);
      if (!isKept(frame, unit)) continue;
      placeInDrive(frame, unit, frameIds);
      await times.writeEncoded(
        'perception',
        stampNs,
        toBinary(PerceptionFrameSchema, timesOf(frame)),
      );
      delete frame.timing;
      frame.epoch = 0;
      frame.topicSequence = 0n;
      await writeTruths(stampNs);
      await results.writeEncoded('perception', stampNs, toBinary(PerceptionFrameSchema, frame));
      written.published++;
      written.span ??= { fromNs: String(stampNs), toNs: String(stampNs) };
      written.span.toNs = String(stampNs);
    }
    await writeTruths(lastNs);
    await results.close();
    await times.close();
    return written;
  } catch (error) {
    await results.abort();
    await times.abort();
    throw error;
  } finally {
    await reader?.close();
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

/** Later than any stamp. */
const lastNs = 2n ** 64n - 1n;

/** Recorded truth of the kept part, in order; nothing if the source is not a recording. */
async function* truthsOf(
  { piece }: Unit,
  path: string,
): AsyncGenerator<{ stampNs: bigint; data: Uint8Array }, void, void> {
  const reader = await RecordingReader.open(path).catch(() => undefined);
  if (reader === undefined) return;
  try {
    const channelIds = reader.channels
      .filter(({ schemaName }) => schemaName === GroundTruthSchema.typeName)
      .map(({ id }) => id);
    const range =
      piece === undefined ? {} : { startNs: BigInt(piece.fromNs), endNs: BigInt(piece.toNs) - 1n };
    if (channelIds.length > 0) yield* reader.messages({ channelIds, ...range });
  } finally {
    await reader.close();
  }
}

const timesOf = ({ frameId, sourceTimeNs, stampNs, stages, drops, timing }: PerceptionFrame) =>
  create(PerceptionFrameSchema, {
    ...{ frameId, sourceTimeNs, stampNs, stages, drops },
    ...(timing !== undefined && { timing }),
  });
