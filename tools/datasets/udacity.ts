import { basename, join } from 'node:path';
import { readUdacityRows } from '../../src/recording/udacity-rows.js';
import { listFolder, loadPicture, readText, requireSamples } from './dataset-files.js';
import type { Dataset, SteeringSample } from './sample.js';

type Camera = SteeringSample['camera'];

export interface UdacityOptions {
  /** Cameras whose pictures become samples. Score on the centre camera alone: only its angle was driven. */
  cameras?: readonly Camera[];
}

/** Radians by which the simulator's steering of 1 turns the wheels, to the right. */
export const radPerUdacityUnit = (25 * Math.PI) / 180;
/**
 * Difference of a side camera's angle from the driven one: 0.15 of the simulator's units, 3.75 degrees. A car with
 * the left camera's view is too far left and must steer to the right, and vice versa
 * (Bojarski et al. 2016, section 2; the size was found by trial, docs/decisions/steering-recipe.md).
 */
export const sideCameraCorrectionRad = 0.15 * radPerUdacityUnit;
/** Number of contiguous blocks of a drive; the last fifth of them is held out. */
const blockCount = 10;

/**
 * A drive of the Udacity simulator: `driving_log.csv` (centre, left, right, steering, throttle, brake, speed;
 * with or without a header) and `IMG/`. Paths in the log may be absolute, Windows or POSIX: only the file
 * name counts. Steering -1..1, positive to the right, becomes radians at the wheels, positive to the left; side
 * cameras add `sideCameraCorrectionRad`, limited to the wheels' 25 degrees. The group is one of ten contiguous blocks of
 * the drive. Broken lines and missing pictures are counted problems. Throws ERR_DATASET if the folder or the log is missing.
 */
export async function openUdacity(
  dir: string,
  options: UdacityOptions = {},
): Promise<Dataset<'steering'>> {
  const cameras = options.cameras ?? ['centre'];
  await listFolder(dir, 'a folder with a Udacity drive');
  const logFile = join(dir, 'driving_log.csv');
  const pictureDir = join(dir, 'IMG');
  const rows = readUdacityRows(await readText(logFile, 'driving_log.csv'));
  const present = new Set(await listFolder(pictureDir, 'the folder IMG'));
  const dataset: Dataset<'steering'> = {
    task: 'steering',
    name: `udacity ${basename(dir)}`,
    licence: 'Udacity simulator drive, no formal licence text',
    samples: [],
    problems: [],
    holdOut: 'last-fifth',
  };
  rows.forEach((row, index) => {
    const where = `${logFile}:${row.lineNumber}`;
    if ('problem' in row) {
      dataset.problems.push({ where, reason: row.problem });
      return;
    }
    const group = `block-${Math.floor((index * blockCount) / rows.length)}`;
    for (const camera of cameras) {
      const name = row.pictures[camera];
      if (present.has(name)) {
        dataset.samples.push({
          id: name,
          group,
          camera,
          steeringRad: steeringAtWheels(row.steering, camera),
          ...timeOf(name),
          load: () => loadPicture(join(pictureDir, name)),
        });
      } else {
        dataset.problems.push({
          where,
          reason: `expected the ${camera} picture "${name}", found none`,
        });
      }
    }
  });
  return requireSamples(dataset, dir);
}

/** Reads the time from a picture's name: the simulator's contain it, to the millisecond; rendered scenes' do not. */
function timeOf(name: string): { timeS?: number } {
  const parts = /_(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d{3})\.\w+$/.exec(name);
  if (parts === null) return {};
  const [year, month, day, hour, minute, second, millisecond] = parts.slice(1).map(Number);
  return {
    timeS: Date.UTC(year!, month! - 1, day, hour, minute, second, millisecond) / 1000,
  };
}

function steeringAtWheels(steering: number, camera: Camera): number {
  const correction = { centre: 0, left: -1, right: 1 }[camera] * sideCameraCorrectionRad;
  // `0 -` keeps straight ahead at 0, not at -0.
  const angleRad = 0 - steering * radPerUdacityUnit + correction;
  return Math.max(-radPerUdacityUnit, Math.min(radPerUdacityUnit, angleRad));
}
