import type { SourceInfo } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { isSameRate } from './same-rate.js';
import type { SourceOptions } from './source-options.js';
import type { SourceRow } from './source-table.js';

/**
 * Returns ERR_USAGE if a size or a rate was asked for that the source neither takes nor gives: frames are never scaled,
 * and none is left out to keep a rate.
 */
export function unmetRequest(
  { kind, isLive, takesSize, takesRate }: SourceRow,
  { name, layout, nominalRateHz }: SourceInfo,
  { widthPx, heightPx, rateHz }: SourceOptions,
): PerceptionError | undefined {
  const isSize =
    (widthPx ?? layout.widthPx) === layout.widthPx &&
    (heightPx ?? layout.heightPx) === layout.heightPx;
  const isRate =
    rateHz === undefined || (nominalRateHz !== undefined && isSameRate(rateHz, nominalRateHz));
  const asked = [
    takesSize || isSize ? [] : `${widthPx ?? layout.widthPx}x${heightPx ?? layout.heightPx}`,
    takesRate || isRate ? [] : `${rateHz} Hz`,
  ].flat();
  if (asked.length === 0) return undefined;
  const rate =
    nominalRateHz === undefined
      ? 'at a rate that it does not say'
      : `at ${Number(nominalRateHz.toFixed(2))} Hz`;
  const way = isLive ? 'set the camera itself, or ask for what it gives' : 'ask for what it gives';
  return new PerceptionError(
    'ERR_USAGE',
    `${name}: expected ${asked.join(' at ')}, found a ${kind} of ${layout.widthPx}x${layout.heightPx} ${rate}, which takes no such request: ${way}`,
  );
}
