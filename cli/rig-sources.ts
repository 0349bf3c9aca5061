import { stat } from 'node:fs/promises';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { chosenCameraOf } from '../src/recording/recorded-cameras.js';

/** Sources of a replay: one drive for one camera; for several, one for each, or the file's own. */
export interface ReplaySources {
  source?: string;
  sources?: Readonly<Record<string, string>>;
}

/**
 * A drive as one camera of a pipeline file sees it: that camera of a recording that holds several, as `drive.mcap#rear`;
 * any other drive as it is.
 */
export async function ofCamera(
  drive: string | undefined,
  camera: string | undefined,
): Promise<string | undefined> {
  if (drive === undefined || camera === undefined || !/\.mcap$/i.test(drive)) return drive;
  if (!(await stat(drive).catch(() => undefined))?.isFile()) return drive;
  const { camerasOfRecording } = await import('../src/recording/cameras-of-recording.js');
  // The run itself says what is wrong with a file that cannot be read.
  const cameras = await camerasOfRecording(drive).catch((): string[] => []);
  return cameras.includes(camera) ? `${drive}#${camera}` : drive;
}

/** The drive of results: if they are of one camera of a rig (`results.mcap#rear`), that camera of the drive, as ofCamera. */
export async function driveOfResults(
  drive: string | undefined,
  ...results: readonly string[]
): Promise<string | undefined> {
  const cameras = results.flatMap((path) => chosenCameraOf(path).camera ?? []);
  return ofCamera(drive, cameras[0]);
}

/**
 * One drive for one camera; for several, a recording that contains them all, or the file's own sources. Throws
 * ERR_USAGE.
 */
export function replaySources(
  { cameras }: PipelineConfig,
  source: string | undefined,
): ReplaySources {
  if (cameras === undefined) {
    if (source !== undefined) return { source };
    throw new PerceptionError('ERR_USAGE', 'expected a drive to replay, found none');
  }
  if (source === undefined) return {};
  const names = Object.keys(cameras);
  return { sources: Object.fromEntries(names.map((name) => [name, `${source}#${name}`])) };
}
