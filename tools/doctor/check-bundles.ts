import type { Task } from '../../src/bundle/manifest.js';
import { amiss, type Finding, fine } from './finding.js';
import type { LaneAnswer } from './lane-probe.js';
import type { LaneReading } from './measure-lanes.js';
import { describeProbeEnd } from './run-probe.js';

type Answer<Type extends LaneAnswer['type']> = Extract<LaneAnswer, { type: Type }>;

const actions: Readonly<Record<string, string>> = {
  ERR_BUNDLE: 'train and export it, or name its folder under `bundles:`',
  ERR_BUNDLE_HASH: 'take network and manifest from one export',
  ERR_BUNDLE_SHAPE: 'export it again',
  ERR_PROVIDER_UNAVAILABLE: 'name a provider that runs here under `providers:`, `cpu` last',
};

/**
 * A finding for each bundle of the pipeline file, from its lane's process: hash, provider and golden outputs.
 * `allowUncertified` as in the pipeline file; `isCalibrated`: whether every camera that a task sees has a
 * calibration.
 */
export function bundleFindings(
  readings: readonly LaneReading[],
  allowUncertified: boolean,
  isCalibrated: (task: Task) => boolean = () => true,
): Finding[] {
  return readings.flatMap(({ stages, answers, end }) =>
    stages.map((task) => {
      const said = <Type extends LaneAnswer['type']>(type: Type) =>
        answers.find(
          (answer) => answer.type === type && 'task' in answer && answer.task === task,
        ) as Answer<Type> | undefined;
      const loaded = said('loaded' as const);
      if (loaded !== undefined)
        return withLens(loadedFinding(task, loaded, allowUncertified), loaded, isCalibrated(task));
      const refused = said('refused' as const);
      if (refused !== undefined) return refusedFinding(task, refused);
      // Its process died while it loaded this bundle or an earlier one.
      const wasLoading = said('loading' as const) !== undefined;
      const found = wasLoading
        ? `while it was loaded, ${describeProbeEnd(end)}`
        : 'not loaded: its lane died before';
      return amiss(
        `bundle ${task}`,
        'failed',
        found,
        'see `providers:`, and export it again',
        true,
      );
    }),
  );
}

function loadedFinding(
  task: Task,
  { name, version, sha256, provider, use, isCertified, maxAbsDifference, loadMs }: Answer<'loaded'>,
  allowUncertified: boolean,
): Finding {
  const found = `${name} ${version} (${sha256.slice(0, 8)}) on ${provider}, golden outputs within ${maxAbsDifference.toPrecision(2)}, loaded in ${loadMs.toFixed(0)} ms, use: ${use}`;
  if (isCertified) return fine(`bundle ${task}`, found, true);
  const action = allowUncertified
    ? 'results say `uncertified`; export it on this kind of machine to certify it'
    : 'export it again, or set `allowUncertified: true` and have every result say so';
  const state = allowUncertified ? 'warning' : 'failed';
  return amiss(`bundle ${task}`, state, `${found}: out of tolerance`, action, true);
}

/**
 * Warns if a network that learnt from undistorted pictures gets distorted ones: what it knows as straight is bent,
 * most of all near the borders.
 */
function withLens(
  finding: Finding,
  { undistortedShare }: Answer<'loaded'>,
  isCalibrated: boolean,
): Finding {
  if (isCalibrated || undistortedShare <= 0.5 || finding.state !== 'ok') return finding;
  const found = `${finding.found}; it learnt from pictures without a lens in them, and its camera has no calibration`;
  const action =
    'calibrate the camera (`windshield calibrate`), and name the file under `calibration:`';
  return amiss(finding.name, 'warning', found, action, true);
}

function refusedFinding(task: Task, { code, message }: Answer<'refused'>): Finding {
  // A file that is absent is missing; a file that is there but wrong has failed.
  const isMissing = /, found (none|nothing there)\b/.test(message);
  const action = actions[code] ?? '`windshield config` shows what the pipeline file means';
  const state = isMissing ? 'missing' : 'failed';
  return amiss(`bundle ${task}`, state, `${message} (${code})`, action, true);
}
