import { PerceptionError } from '../../src/frame/perception-error.js';
import { camerasOfRecording } from '../../src/recording/cameras-of-recording.js';
import { type Comparison, compareRuns } from './compare-runs.js';
import type { Finding } from './finding.js';
import type { Rules } from './rules.js';

/** Two runs of a rig with several cameras. */
export interface RigComparison {
  referencePath: string;
  candidatePath: string;
  /** By camera, for the cameras that both runs have. */
  cameras: ReadonlyMap<string, { comparison: Comparison; drivePath: string | undefined }>;
  /** Cameras that one of the runs lacks. */
  findings: Finding[];
}

/** Where the drives of a rig are: one recording of all its cameras, or one drive per camera. */
export type RigDrives = string | Readonly<Record<string, string>> | undefined;

/**
 * Compares recordings of results of several cameras, each camera with itself; undefined if both are of one camera.
 * Rejects as compareRuns does, and with ERR_RECORDING if only one of the two has several cameras.
 */
export async function compareRigs(
  referencePath: string,
  candidatePath: string,
  rules: Rules,
  drives?: RigDrives,
): Promise<RigComparison | undefined> {
  const [before, now] = [
    await camerasOfRecording(referencePath),
    await camerasOfRecording(candidatePath),
  ];
  if (before.length === 0 && now.length === 0) return undefined;
  const inWords = (cameras: readonly string[]) =>
    cameras.length === 0 ? 'one camera' : `the cameras ${cameras.join(', ')}`;
  if (before.length === 0 || now.length === 0)
    throw new PerceptionError(
      'ERR_RECORDING',
      `${candidatePath}: expected results of ${inWords(before)}, as ${referencePath} has them, found those of ${inWords(now)}`,
    );
  const cameras: [string, { comparison: Comparison; drivePath: string | undefined }][] = [];
  for (const camera of before.filter((name) => now.includes(name))) {
    const drivePath = await driveOf(camera, drives);
    const of = (path: string) => `${path}#${camera}`;
    const comparison = await compareRuns(of(referencePath), of(candidatePath), rules, drivePath);
    cameras.push([camera, { comparison, drivePath }]);
  }
  const lacks = (kind: 'camera-missing' | 'camera-added', names: string[], words: string) =>
    names.map((camera): Finding => ({ kind, words: `camera ${camera} ${words}`, camera }));
  const missing = before.filter((name) => !now.includes(name));
  const added = now.filter((name) => !before.includes(name));
  return {
    referencePath,
    candidatePath,
    cameras: new Map(cameras),
    findings: [
      ...lacks('camera-missing', missing, 'has no results any more'),
      ...lacks('camera-added', added, 'had no results before'),
    ],
  };
}

async function driveOf(camera: string, drives: RigDrives): Promise<string | undefined> {
  if (typeof drives !== 'string') return drives?.[camera];
  const own = await camerasOfRecording(drives).catch((): string[] => []);
  return own.includes(camera) ? `${drives}#${camera}` : undefined;
}
