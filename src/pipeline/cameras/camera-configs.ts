import { type Task, tasks } from '../../bundle/manifest.js';
import { PerceptionError } from '../../frame/perception-error.js';
import type { PipelineConfig } from '../pipeline-schema.js';

/** One camera of a pipeline file, and the file's settings for it. */
export interface NamedConfig {
  name: string;
  source: string;
  config: PipelineConfig;
}

/** Returns the settings for each camera of the pipeline file, in its order; undefined if it has no `cameras`. */
export function cameraConfigs(file: PipelineConfig): NamedConfig[] | undefined {
  const { cameras, sync: _, ...shared } = file;
  if (cameras === undefined) return undefined;
  return Object.entries(cameras).map(([name, camera]) => {
    const { stages = tasks, bundles = {}, ...said } = camera;
    const own = {
      ...said,
      calibration: said.calibration ?? file.calibration,
      mount: said.mount ?? file.mount,
      ring: said.ring ?? file.ring,
    };
    const runs = stages.flatMap((task: Task) => {
      const dir = bundles[task] ?? file.bundles[task];
      return dir === undefined ? [] : [[task, dir] as const];
    });
    const config: PipelineConfig = { ...shared, ...own, bundles: Object.fromEntries(runs) };
    return { name, source: camera.source, config };
  });
}

/**
 * Returns the pipeline file's settings for the named camera, `source` included; the file itself if it has no `cameras`
 * and none is named. Throws ERR_USAGE for a camera that it does not have, ERR_CONFIG if it has `cameras` and none is
 * named.
 */
export function configOfCamera(file: PipelineConfig, camera: string | undefined): PipelineConfig {
  const cameras = cameraConfigs(file);
  if (cameras === undefined && camera === undefined) return file;
  if (cameras === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a pipeline file with a camera ${camera}, found one without \`cameras\``,
    );
  const names = cameras.map(({ name }) => name).join(', ');
  if (camera === undefined)
    throw new PerceptionError(
      'ERR_CONFIG',
      `expected one camera to be chosen (--camera), found a pipeline file of ${cameras.length}: ${names}`,
    );
  const found = cameras.find(({ name }) => name === camera);
  if (found === undefined)
    throw new PerceptionError('ERR_USAGE', `expected a camera of ${names}, found ${camera}`);
  return withOwnLanes(found.config);
}

/** Removes stages that do not run on this camera from the lanes: the file's lanes may carry those of other cameras. */
function withOwnLanes(config: PipelineConfig): PipelineConfig {
  const { lanes, bundles } = config;
  if (lanes === 'auto') return config;
  const own = lanes.map((lane) => lane.filter((task) => bundles[task] !== undefined));
  return { ...config, lanes: own.filter((lane) => lane.length > 0) };
}

/** Throws ERR_CONFIG for a file with `cameras`; `what`, named in the message, runs one camera only. */
export function checkHasOneCamera({ cameras }: PipelineConfig, what: string): void {
  if (cameras === undefined) return;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${what}: expected a pipeline file of one camera, found ${Object.keys(cameras).length}: ${Object.keys(cameras).join(', ')}`,
  );
}
