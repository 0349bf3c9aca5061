import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { recogniseSource } from './recognise-source.js';
import { openRepeated } from './repeated-source.js';
import type { SourceOptions } from './source-options.js';
import { addressRow, sourceTable } from './source-table.js';
import { unmetRequest } from './unmet-request.js';

/**
 * Opens the source at a location: an address of a known scheme, or a path. Rejects with one clear line:
 * ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, ERR_SOURCE_FORMAT, ERR_RECORDING, ERR_TOOL_MISSING or ERR_USAGE (also for a size or
 * a rate that this kind of source does not take).
 */
export async function openSource(
  location: string,
  options: SourceOptions = {},
): Promise<FrameSource> {
  const { repeat, ...once } = options;
  if (repeat !== undefined) return openRepeated(() => openSource(location, once), repeat);
  const row = addressRow(location) ?? sourceTable[await recogniseSource(location)];
  if (options.keepsCoded === true && row.keepsCoded !== true)
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected a camera that gives MJPEG, to keep its pictures untouched, found a ${row.kind}; record them as jpeg or h264`,
    );
  const source = await row.open(location, options);
  const unmet = unmetRequest(row, source.info, options);
  if (unmet === undefined) return source;
  await source.close();
  throw unmet;
}
