import { PerceptionError } from '../../frame/perception-error.js';
import { openRuns } from '../open-pipeline.js';
import type { PipelineOptions, Progress } from '../pipeline-options.js';
import { cameraConfigs } from './camera-configs.js';
import { type CommonTime, commonTime } from './common-time.js';
import { mergeCaptures } from './merged-captures.js';
import type { RigRun } from './rig-run.js';

/** Options of a run of several cameras: each has the source that the pipeline file names. */
export interface RigOptions
  extends Omit<PipelineOptions, 'source' | 'opened' | 'frames' | 'repeat' | 'onFrame'> {
  /** Sources that replace those of the file, by camera. */
  sources?: Readonly<Record<string, string>>;
  /** Returns options of a camera's source, in addition to those in the file. */
  sourceOptionsOf?: (camera: string) => PipelineOptions['sourceOptions'];
  /** As in PipelineOptions; `camera` names the frame's camera, and `progress` is that camera's. */
  onFrame?: (
    frame: Parameters<NonNullable<PipelineOptions['onFrame']>>[0],
    payload: Uint8Array,
    progress: Progress,
    camera: string,
  ) => void;
}

/**
 * Opens everything that a run of several cameras needs: one set of lanes and outputs, and for each camera its own source,
 * calibration, ring and run. Rejects as openPipeline does, and with ERR_CONFIG for a file without cameras.
 */
export async function openRig(options: RigOptions): Promise<RigRun> {
  const { config, pacing, sources = {}, note = () => {}, onFrame, rateFactor = 1 } = options;
  const cameras = cameraConfigs(config);
  if (cameras === undefined)
    throw new PerceptionError('ERR_CONFIG', 'expected a pipeline file with cameras, found none');
  let rig: RigRun | undefined;
  const each = cameras.map(({ name, source, config: own }): PipelineOptions => {
    const { onFrame: _, sourceOptionsOf, ...shared } = options;
    const sourceOptions = sourceOptionsOf?.(name);
    return {
      ...shared,
      ...(sourceOptions && { sourceOptions }),
      config: own,
      source: sources[name] ?? source,
      cameraName: name,
      note: (text) => note(`${name}: ${text}`),
      onFrame(frame, payload, progress) {
        rig?.published(name, frame);
        onFrame?.(frame, payload, progress, name);
      },
      onLastFrame: () => rig?.ended(name),
    };
  });
  let common: CommonTime = { offsetNs: cameras.map(() => 0n), by: 'start' };
  const { onFrame: _, ...shared } = options;
  const opened = await openRuns({ ...shared, source: each[0]!.source }, each, (captures) => {
    common = commonTime(captures.map(({ info }) => info));
    const live = captures.find(({ info }) => info.isLive);
    if (live !== undefined) common = { ...common, offsetNs: cameras.map(() => 0n) };
    if (pacing !== 'lockstep') return captures;
    if (live !== undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected recorded cameras to run in lock-step, found a live one: ${live.info.name}`,
      );
    return mergeCaptures(captures, common.offsetNs);
  });
  const runs = new Map(opened.map((run, index) => [cameras[index]!.name, run]));
  // Imported only now, after the runs have loaded protobuf, so that lanes did not wait for it.
  const { RigRun: Run } = await import('./rig-run.js');
  rig = new Run({ runs, common, groups: config.sync ?? {}, rateFactor, note });
  return rig;
}
