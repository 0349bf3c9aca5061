import { damagedChunksText } from '../../src/recording/recording-losses.js';
import { columnsTo, textTable } from '../../src/text/text-table.js';
import type { Spread } from '../statistics/percentiles.js';
import type { LatencyReport, StageLatency } from './latency-report.js';

const columns = ['p50', 'p95', 'p99', 'max'] as const;

/** Formats the report as a table for people. */
export function formatLatencyReport(report: LatencyReport): string {
  const { publish } = report;
  const rows = [
    ['milliseconds', 'frames', ...columns],
    row('glass to result', report.glassToResultMs),
    row('  capture to arrival', report.captureToArrivalMs),
    row('  last answer to publish', report.answerToPublishMs),
    ...Object.entries(report.stages).flatMap(([name, stage]) => stageRows(name, stage)),
    row('publish interval', publish.intervalMs),
    row('  jitter', publish.jitterMs),
  ];
  return [
    textTable(rows, { numbers: columnsTo(columns.length + 1) }),
    '',
    ...factLines(report).map(([name, text]) => `${name.padEnd(11)}${text}`),
  ].join('\n');
}

function stageRows(name: string, stage: StageLatency): string[][] {
  return [
    [...row(name, stage.totalMs), absenceNote(stage)],
    row('  queueing', stage.queueMs),
    row('  preprocess', stage.preprocessMs),
    row('  inference', stage.inferenceMs),
    row('  decode', stage.decodeMs),
    row('  since capture', stage.sinceCaptureMs),
  ];
}

function row(label: string, spread: Spread): string[] {
  const cells = columns.map((name) => (spread.count === 0 ? '–' : spread[name].toFixed(2)));
  return [label, String(spread.count), ...cells];
}

/** How often a stage did not answer, and why: `12 skipped (10 overtaken, 2 degraded), 1 late`; empty if it always did. */
export function absenceNote({ states, skips }: StageLatency): string {
  const { skipped, late, failed } = states;
  const reasons = countsText(skips);
  return [
    ...(skipped > 0 ? [`${skipped} skipped${reasons && ` (${reasons})`}`] : []),
    ...(late > 0 ? [`${late} late`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
}

/** `19 overtaken, 2 ring_full`, the most frequent first, without zero counts. */
function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`)
    .join(', ');
}

/** Name and text of every fact about a recording that is not a duration. */
export function factLines(report: LatencyReport): [string, string][] {
  const { recording, frames, deadline, publish } = report;
  const { pacing, source } = recording;
  const from = source === '' ? '' : `, of ${source}${pacing === '' ? '' : `, ${pacing}`}`;
  const reasons = countsText(frames.drops);
  const lost = frames.unaccounted === 0 ? '' : ` + ${frames.unaccounted} not in the recording`;
  const lines: [string, string][] = [
    ['recording', `${recording.path}${from}`],
    [
      'frames',
      `${frames.in} in = ${frames.published} published + ${frames.dropped} dropped${reasons && ` (${reasons})`}${lost}, ${publish.rateHz.toFixed(1)} fps`,
    ],
  ];
  if (deadline !== null)
    lines.push([
      'deadline',
      `${deadline.ms} ms: ${deadline.misses} of ${report.glassToResultMs.count} missed (${(deadline.share * 100).toFixed(1)} %)`,
    ]);
  const modes = countsText(report.modes);
  if (modes !== '')
    lines.push(['held back', `${modes} of ${report.glassToResultMs.count} results`]);
  lines.push(
    ['decisive', `${decisiveStages(report)} answered last`],
    ['frame', `${report.medianFrame} is the median, ${report.worstFrame} the slowest`],
  );
  return lines;
}

function decisiveStages({ stages }: LatencyReport): string {
  const counts = Object.fromEntries(
    Object.entries(stages).map(([stage, { lastToAnswer }]) => [stage, lastToAnswer]),
  );
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const shares = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([stage, count]) => `${stage} ${((100 * count) / total).toFixed(0)} %`);
  return shares.join(', ') || 'no stage';
}

/** One sentence for each part of the recording that could not be used; empty for a complete one. */
export function lossNotes({ recording }: LatencyReport): string[] {
  const { isComplete, cutBytes, damagedChunks, undecodable, withoutTiming } = recording;
  return [
    ...(isComplete
      ? []
      : [`the recording was cut off: read up to the cut, ${cutBytes} bytes behind it are lost`]),
    ...(damagedChunks > 0 ? [`${damagedChunksText(damagedChunks)} passed over`] : []),
    ...(undecodable > 0 ? [`${undecodable} results cannot be decoded`] : []),
    ...(withoutTiming > 0 ? [`${withoutTiming} results carry no times and are not measured`] : []),
  ];
}
