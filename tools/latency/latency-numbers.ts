import type { LatencyReport } from './latency-report.js';

/**
 * The numbers of a report that can have a limit, by name: p50, p95, p99, max of glass to result, the same of each
 * stage since capture (`detection.p99`), and frames `dropped` and `unaccounted`. Durations in milliseconds.
 */
export function latencyNumbers(report: LatencyReport): Map<string, number> {
  const { dropped, unaccounted } = report.frames;
  const numbers = new Map<string, number>();
  const add = (prefix: string, spread: LatencyReport['glassToResultMs']) => {
    if (spread.count === 0) return;
    for (const share of ['p50', 'p95', 'p99', 'max'] as const)
      numbers.set(`${prefix}${share}`, spread[share]);
  };
  add('', report.glassToResultMs);
  for (const [stage, { sinceCaptureMs }] of Object.entries(report.stages))
    add(`${stage}.`, sinceCaptureMs);
  numbers.set('dropped', dropped).set('unaccounted', unaccounted);
  if (report.deadline !== null) numbers.set('misses', report.deadline.misses);
  return numbers;
}
