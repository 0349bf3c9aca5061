import { inputSpecSchema } from '../../../src/bundle/input-spec.js';
import { checkCameraCalibration } from '../../../src/calibration/check-camera-calibration.js';
import {
  type GroundTruth,
  GroundTruthSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../../src/messages/read-message.js';
import { MapLookUp } from '../../../src/preprocess/map-look-up.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { type RecordedRun, type Result, ResultsFile } from '../open-results.js';
import { TruthScorer } from './truth-scorer.js';
import type { TruthScores } from './truth-scores.js';

/** The first of these recordings that holds ground truth; undefined where none does, or a path is no recording. */
export async function findTruth(
  paths: readonly (string | undefined)[],
): Promise<string | undefined> {
  for (const path of paths) {
    const reader =
      path === undefined ? undefined : await RecordingReader.open(path).catch(() => undefined);
    if (reader === undefined) continue;
    await reader.close();
    if (truthTopics(reader).length > 0) return reader.path;
  }
  return undefined;
}

/**
 * Scores a recording of results against the ground truth of its drive; frame and truth are paired by their stamps. Undefined
 * where no frame has both. Rejects as ResultsFile.open and RecordingReader.open do.
 */
export async function scoreResults(
  resultsPath: string,
  truthPath: string,
): Promise<TruthScores | undefined> {
  const results = await ResultsFile.open(resultsPath);
  try {
    const truth = await RecordingReader.open(truthPath);
    try {
      const scorer = new TruthScorer(lookUpOf(await results.facts()));
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

/** How the run's class maps lie in its frames; undefined where the recording does not say. */
function lookUpOf({ manifests, calibration }: RecordedRun): MapLookUp | undefined {
  const manifest = manifests.get('segmentation') as { input?: unknown } | undefined;
  const spec = inputSpecSchema.safeParse(manifest?.input);
  if (!spec.success) return undefined;
  return new MapLookUp(spec.data, cameraIn(calibration));
}

/** As on the rig: a camera that was never calibrated is taken as it is. */
function cameraIn(calibration: RecordedRun['calibration']) {
  try {
    return calibration && checkCameraCalibration(calibration);
  } catch {
    return undefined;
  }
}

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
