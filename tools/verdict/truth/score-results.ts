import {
  type GroundTruth,
  GroundTruthSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../../src/messages/read-message.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { type Result, ResultsFile } from '../open-results.js';
import { recordedMapLookUp } from '../recorded-map-look-up.js';
import { TruthScorer } from './truth-scorer.js';
import type { TruthScores } from './truth-scores.js';

/**
 * The first of these recordings that contains ground truth; undefined if none does. Paths that are not recordings are
 * skipped.
 */
export async function findTruth(
  paths: readonly (string | undefined)[],
): Promise<string | undefined> {
  for (const path of paths) {
    const reader =
      path === undefined ? undefined : await RecordingReader.open(path).catch(() => undefined);
    if (reader === undefined) continue;
    await reader.close();
    // Not the reader's own path, which does not say which of several cameras is meant.
    if (truthTopics(reader).length > 0) return path;
  }
  return undefined;
}

/**
 * Scores a recording of results against the ground truth of its drive; frame and truth are paired by their stamps.
 * Undefined if no frame has both. Rejects as ResultsFile.open and RecordingReader.open do.
 */
export async function scoreResults(
  resultsPath: string,
  truthPath: string,
): Promise<TruthScores | undefined> {
  const results = await ResultsFile.open(resultsPath);
  try {
    const truth = await RecordingReader.open(truthPath);
    try {
      const scorer = new TruthScorer(recordedMapLookUp(await results.facts()));
      for await (const [{ frame }, known] of paired(results.results(), truthsOf(truth)))
        scorer.add(known, frame);
      const scores = scorer.scores();
      return scores.frames === 0 ? undefined : scores;
    } finally {
      await truth.close();
    }
  } finally {
    await results.close();
  }
}

const truthTopics = ({ channels }: RecordingReader) =>
  channels
    .filter(({ schemaName }) => schemaName === GroundTruthSchema.typeName)
    .map(({ topic }) => topic);

interface StampedTruth {
  stampNs: bigint;
  truth: GroundTruth;
}

async function* truthsOf(reader: RecordingReader): AsyncGenerator<StampedTruth, void, void> {
  for await (const { stampNs, data } of reader.messages({ topics: truthTopics(reader) }))
    yield { stampNs, truth: readMessage(GroundTruthSchema, data, reader.path) };
}

/** Both in order of their stamps, as recordings give them. */
async function* paired(
  results: AsyncGenerator<Result, void, void>,
  truths: AsyncGenerator<StampedTruth, void, void>,
): AsyncGenerator<[Result, GroundTruth], void, void> {
  let truth = await truths.next();
  for await (const result of results) {
    while (!truth.done && truth.value.stampNs < result.stampNs) truth = await truths.next();
    if (truth.done) break;
    if (truth.value.stampNs === result.stampNs) yield [result, truth.value.truth];
  }
  await truths.return();
}
