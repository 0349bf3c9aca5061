import { PerceptionError } from '../src/frame/perception-error.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';

/** What a pipeline file is replayed on: a drive for one camera; for several, one for each, or what the file names. */
export interface ReplaySources {
  source?: string;
  sources?: Readonly<Record<string, string>>;
}

/** A drive for one camera; for several, a recording that holds them all, or what the file names. Throws ERR_USAGE. */
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
