import { stat } from 'node:fs/promises';
import type { Bundle } from '../../src/bundle/bundle.js';
import type { NoveltyOutputSpec } from '../../src/bundle/novelty-spec.js';
import { cameraOf } from '../../src/capture/camera-of.js';
import { decodePictureFile } from '../../src/codec/picture-file.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { listPictureFolder } from '../../src/recording/picture-drive.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { type Strength, strengths } from '../corruptions/corruption.js';
import type { RgbImage } from '../datasets/sample.js';
import { BundleRunner } from '../evaluate/bundle-runner.js';
import { picturesOf } from '../similar/code-drive.js';
import { createRandom } from '../train/random.js';
import { alarmsOf, type JudgedDrive } from './alarm-threshold.js';
import { type AlterationName, alterationNames, alterations } from './alterations.js';

/** Results for one kind of frames. */
export interface NoveltyRow {
  name: string;
  /** Strength of an alteration, 1 to 5; undefined for unaltered drives and pictures. */
  strength: Strength | undefined;
  minutes: number;
  /** Minutes in which `novel_scene` was raised. */
  found: number;
  /** Share of the frames whose value is 1 or more. */
  framesAbove: number;
  medianValue: number;
  /** Area under the ROC curve of frames, against the ordinary ones: 0.5 is chance, 1 perfect separation. */
  auc: number | undefined;
}

export interface NoveltyReport {
  threshold: number;
  ordinary: NoveltyRow & { alarms: number };
  altered: NoveltyRow[];
}

export interface MeasureOptions {
  /** Recordings of ordinary drives that were not used to train the bundle. */
  drives: readonly string[];
  /** Drives or folders of pictures from elsewhere, by name. */
  against: ReadonlyMap<string, string>;
  alterations?: readonly AlterationName[];
  strengths?: readonly Strength[];
  everyS: number;
  seed: number;
  onProgress?: (done: number, total: number) => void;
}

/** A folder's pictures have no times: each counts for this long, seconds. */
const pictureS = 0.5;
const minuteS = 60;

/**
 * How often a gate raises `novel_scene` on ordinary drives, and in how many altered minutes: the same drives by
 * night, in fog, in a tunnel, through a covered lens, and roads from elsewhere. A minute counts as found if the gate,
 * reset at its start, raises the code within it. Rejects with ERR_USAGE for a bundle of another task, and as
 * RecordingReader does.
 */
export async function measureNovelty(
  bundle: Bundle,
  options: MeasureOptions,
): Promise<NoveltyReport> {
  const { decode } = bundle.manifest;
  if (decode.kind !== 'novelty')
    throw new PerceptionError(
      'ERR_USAGE',
      `${bundle.where}: expected a bundle for novelty, found one for ${bundle.manifest.task}`,
    );
  const { drives, against, everyS, seed, onProgress } = options;
  const kinds = (options.alterations ?? alterationNames).flatMap((name) =>
    (options.strengths ?? strengths).map((strength) => ({ name, strength })),
  );
  const total = drives.length + against.size;
  const plain: JudgedDrive[] = [];
  const altered = new Map(kinds.map((kind) => [kind, [] as JudgedDrive[]]));
  for (const [done, path] of drives.entries()) {
    onProgress?.(done, total);
    const runner = await BundleRunner.open(bundle, await cameraOf('recording', path));
    const own = new DriveJudge(runner);
    const others = kinds.map(() => new DriveJudge(runner));
    const reader = await RecordingReader.open(path);
    try {
      let frame = 0;
      for await (const picture of picturesOf(reader, undefined, everyS)) {
        await own.take(picture, picture.timeS);
        for (const [place, { name, strength }] of kinds.entries()) {
          // Drops and covers stay in place from frame to frame; noise changes.
          const random = createRandom(name === 'night' ? seed + frame : seed);
          const seen = alterations[name](picture, strength, random);
          await others[place]!.take(seen, picture.timeS);
        }
        frame++;
      }
    } finally {
      await reader.close();
      await runner.dispose();
    }
    plain.push(own.judged);
    kinds.forEach((kind, place) => {
      altered.get(kind)!.push(others[place]!.judged);
    });
  }
  const rows = kinds.map((kind) =>
    rowOf(kind.name, kind.strength, altered.get(kind)!, decode, plain),
  );
  for (const [done, [name, path]] of [...against].entries()) {
    onProgress?.(drives.length + done, total);
    rows.push(rowOf(name, undefined, [await judgePlace(bundle, path, everyS)], decode, plain));
  }
  const alarms = plain.reduce((sum, drive) => sum + alarmsOf(drive, decode).length, 0);
  return {
    threshold: decode.threshold,
    ordinary: { ...rowOf('ordinary', undefined, plain, decode, undefined), alarms },
    altered: rows,
  };
}

class DriveJudge {
  readonly judged: { timesS: number[]; distances: number[] } = { timesS: [], distances: [] };
  readonly #runner: BundleRunner;

  constructor(runner: BundleRunner) {
    this.#runner = runner;
  }

  async take(picture: RgbImage, timeS: number): Promise<void> {
    const result = await this.#runner.run(picture);
    this.judged.timesS.push(timeS);
    this.judged.distances.push(result.stage === 'novelty' ? result.distance : Number.NaN);
  }
}

/** A recording, or a folder of pictures in the order of their names. */
async function judgePlace(bundle: Bundle, path: string, everyS: number): Promise<JudgedDrive> {
  const isFolder = (await stat(path)).isDirectory();
  const camera = isFolder ? undefined : await cameraOf('recording', path);
  const runner = await BundleRunner.open(bundle, camera);
  const judge = new DriveJudge(runner);
  try {
    if (isFolder) {
      const { pictures } = await listPictureFolder(path, 1 / pictureS);
      for (const [index, picture] of pictures.entries())
        await judge.take(await decodePictureFile(picture.path), index * pictureS);
    } else {
      const reader = await RecordingReader.open(path);
      try {
        for await (const picture of picturesOf(reader, undefined, everyS))
          await judge.take(picture, picture.timeS);
      } finally {
        await reader.close();
      }
    }
  } finally {
    await runner.dispose();
  }
  return judge.judged;
}

function rowOf(
  name: string,
  strength: Strength | undefined,
  drives: readonly JudgedDrive[],
  decode: NoveltyOutputSpec,
  plain: readonly JudgedDrive[] | undefined,
): NoveltyRow {
  const distances = drives.flatMap((drive) => drive.distances);
  const minutes = drives.flatMap(minutesOf);
  const { threshold } = decode;
  return {
    name,
    strength,
    minutes: minutes.length,
    found: minutes.filter((minute) => alarmsOf(minute, decode).length > 0).length,
    framesAbove: distances.filter((distance) => distance >= threshold).length / distances.length,
    medianValue: distances.toSorted((a, b) => a - b)[distances.length >> 1]! / threshold,
    auc:
      plain &&
      areaUnderRoc(
        plain.flatMap((drive) => drive.distances),
        distances,
      ),
  };
}

/** Splits a drive into minutes; a remainder of under half a minute joins the last one. */
function minutesOf({ timesS, distances }: JudgedDrive): JudgedDrive[] {
  const start = timesS[0] ?? 0;
  const count = Math.max(1, Math.round(((timesS.at(-1) ?? start) - start) / minuteS));
  return Array.from({ length: count }, (_, minute) => {
    const isIn = (_value: unknown, at: number) =>
      Math.min(count - 1, Math.floor((timesS[at]! - start) / minuteS)) === minute;
    return { timesS: timesS.filter(isIn), distances: distances.filter(isIn) };
  });
}

/** Probability that a value of the second list exceeds one of the first; ties count half (Mann and Whitney 1947). */
export function areaUnderRoc(first: readonly number[], second: readonly number[]): number {
  const sorted = first.toSorted((a, b) => a - b);
  const countWhere = (isBelow: (value: number) => boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBelow(sorted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  let sum = 0;
  for (const value of second)
    sum += (countWhere((one) => one < value) + countWhere((one) => one <= value)) / 2;
  return sum / first.length / second.length;
}
