import { checkCameraCalibration } from '../../src/calibration/check-camera-calibration.js';
import type { DecodedImage } from '../../src/codec/image-codec.js';
import { median } from '../../src/frame/median.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { driveMetadataName } from '../../src/recording/drive-writer.js';
import { decodePicture, pictureSize } from '../../src/recording/picture-message.js';
import type { PictureInTurn } from '../../src/recording/pictures-in.js';
import { calibrationOf } from '../../src/recording/recorded-calibration.js';
import { recordingLosses } from '../../src/recording/recording-losses.js';
import type { RecordingReader } from '../../src/recording/recording-reader.js';
import { FilmFile } from '../film/film-file.js';
import { ResultsFile } from '../verdict/open-results.js';
import { DrivePictures } from './drive-pictures.js';
import { ResultDrawing, recordedMapMeaning } from './result-drawing.js';

export interface FilmSummary {
  /** Frames of the film; a picture shown for several frames counts once per frame. */
  frames: number;
  rateHz: number;
  /** Pictures of the recording that are in the film, and how many of them have results. */
  pictures: number;
  annotated: number;
  /** Pictures that could not be read, or whose size differs from the first. */
  skipped: number;
  /** Pauses that were shortened. */
  cutPauses: number;
  /** Parts of the drive's file that could not be read. */
  losses: string[];
  /** Which of several cameras' pictures these are, if none was asked for. */
  note?: string;
}

/** Pauses are shown in full up to this length; clocks that jump by years must not make a film of years. */
const longestStillS = 10;
const fallbackRateHz = 10;
/** Intervals from which a rate is measured that the recording does not state. */
const measuredIntervals = 300;
const mostRateHz = 120;

/**
 * Films a drive in its own time with the results drawn in, as `windshield picture` draws them. Pictures without a
 * result are shown as they are. `resultsPath` may be left out. Rejects as DrivePictures.open and FilmFile.start do, with
 * ERR_SOURCE_FORMAT (no picture can be read), and with the reason of `signal`; no file is left then.
 */
export async function exportFilm(
  drivePath: string,
  resultsPath: string | undefined,
  out: string,
  { topic, signal }: { topic?: string | undefined; signal?: AbortSignal } = {},
): Promise<FilmSummary> {
  const pictures = await DrivePictures.open(drivePath, topic);
  try {
    const results = await openResults(resultsPath);
    try {
      return await film(pictures, results, out, signal);
    } finally {
      await results?.file.close();
    }
  } finally {
    await pictures.close();
  }
}

interface OpenResults {
  file: ResultsFile;
  next(stampNs: bigint): Promise<PerceptionFrame | undefined>;
  meaning: ReturnType<typeof recordedMapMeaning>;
}

async function openResults(path: string | undefined): Promise<OpenResults | undefined> {
  if (path === undefined) return undefined;
  const file = await ResultsFile.open(path);
  const meaning = recordedMapMeaning(file);
  const results = file.results();
  let waiting: Awaited<ReturnType<typeof results.next>> | undefined;
  /** The result for the picture with this stamp; call it in the pictures' order. */
  const next = async (stampNs: bigint) => {
    waiting ??= await results.next();
    while (!waiting.done && waiting.value.stampNs < stampNs) waiting = await results.next();
    return !waiting.done && waiting.value.stampNs === stampNs ? waiting.value.frame : undefined;
  };
  return { file, next, meaning };
}

async function film(
  pictures: DrivePictures,
  results: OpenResults | undefined,
  out: string,
  signal: AbortSignal | undefined,
): Promise<FilmSummary> {
  const { reader, note } = pictures;
  const rateHz = await rateOf(pictures);
  const drawing = new ResultDrawing(results?.meaning, await cameraOf(pictures));
  const summary = { frames: 0, rateHz, pictures: 0, annotated: 0, skipped: 0, cutPauses: 0 };
  let size: { widthPx: number; heightPx: number } | undefined;
  let file: FilmFile | undefined;
  let shown: DecodedImage | undefined;
  let lastNs = 0n;
  let elapsedS = 0;
  /** Repeats the current picture until the film has this many frames. */
  const holdUntil = async (frames: number) => {
    for (; shown !== undefined && summary.frames < frames; summary.frames++) {
      signal?.throwIfAborted();
      await file!.add(shown.data);
    }
  };
  try {
    for await (const inTurn of pictures.inTurn()) {
      signal?.throwIfAborted();
      const { stampNs } = inTurn;
      const picture = await decoded(inTurn, size);
      if (picture === undefined) {
        summary.skipped++;
        continue;
      }
      size ??= { widthPx: picture.widthPx, heightPx: picture.heightPx };
      file ??= await FilmFile.start(out, { ...size, rateHz });
      const pauseS = shown === undefined ? 0 : Number(stampNs - lastNs) / 1e9;
      if (pauseS > longestStillS) summary.cutPauses++;
      elapsedS += Math.min(pauseS, longestStillS);
      lastNs = stampNs;
      await holdUntil(Math.round(elapsedS * rateHz));
      const frame = await results?.next(stampNs);
      shown = frame === undefined ? picture : await drawing.draw(picture, frame);
      summary.pictures++;
      if (frame !== undefined) summary.annotated++;
    }
    if (file === undefined) throw withoutPictures(pictures, summary.skipped);
    await holdUntil(summary.frames + 1);
    await file.finish();
    return { ...summary, losses: recordingLosses(reader), ...(note !== undefined && { note }) };
  } finally {
    await file?.abort();
  }
}

const withoutPictures = ({ reader, stream }: DrivePictures, found: number) =>
  new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read on ${stream.topic} of ${reader.path}, found none among ${found}`,
  );

/** Undefined if the picture cannot be read or does not have the expected size. */
async function decoded(
  inTurn: PictureInTurn,
  expected: { widthPx: number; heightPx: number } | undefined,
): Promise<DecodedImage | undefined> {
  try {
    const picture = inTurn.read();
    return await decodePicture(picture, expected ?? (await pictureSize(picture)));
  } catch {
    return undefined;
  }
}

async function cameraOf({ reader, stream }: DrivePictures) {
  try {
    const { calibration } = await calibrationOf(reader, stream);
    return calibration && checkCameraCalibration(calibration);
  } catch {
    // As on the rig, pictures of an uncalibrated camera are used as they are.
    return undefined;
  }
}

/** The rate that the recording states; otherwise that of its first pictures, whatever else the recording holds. */
async function rateOf({ reader, stream }: DrivePictures): Promise<number> {
  const said = Number(reader.metadata.get(driveMetadataName)?.['rateHz']);
  const rateHz = said > 0 ? said : await measuredRateHz(reader, stream.channelIds);
  return Math.min(mostRateHz, Math.max(1, Math.round(rateHz * 1000) / 1000));
}

/** From the median interval, which neither a pause nor a clock that jumps changes. */
async function measuredRateHz(
  reader: RecordingReader,
  channelIds: readonly number[],
): Promise<number> {
  const intervalsS: number[] = [];
  let lastNs: bigint | undefined;
  for await (const { stampNs } of reader.messages({ channelIds })) {
    if (lastNs !== undefined && stampNs > lastNs) intervalsS.push(Number(stampNs - lastNs) / 1e9);
    lastNs = stampNs;
    if (intervalsS.length === measuredIntervals) break;
  }
  return intervalsS.length === 0 ? fallbackRateHz : 1 / median(intervalsS);
}
