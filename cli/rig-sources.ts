import { PerceptionError } from '../src/frame/perception-error.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';

/** Sources of a replay: one drive for one camera; for several, one for each, or the file's own. */
export interface ReplaySources {
  source?: string;
  sources?: Readonly<Record<string, string>>;
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
