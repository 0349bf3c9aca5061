import type { LatencySummary } from '../pipeline/latency-histogram.js';
import type { RunReport } from '../pipeline/run-report.js';

const columns = ['p50', 'p95', 'p99', 'max'] as const;
const labelWidth = 24;
const columnWidth = 9;

/** The end of a run for a person: how long each part took, and where every frame went. */
export function formatReport(report: RunReport): string {
  const { frames, source, publish, recording } = report;
  const size = `${source.widthPx}x${source.heightPx}`;
  return [
    '',
    `${'milliseconds'.padEnd(labelWidth)}${columns.map((name) => name.padStart(columnWidth)).join('')}`,
    ...Object.entries(report.stages).flatMap(([stage, { states, ...spans }]) => [
      row(stage, spans.totalMs, stateNote(states)),
      row('  preprocess', spans.preprocessMs),
      row('  inference', spans.inferenceMs),
      row('  decode', spans.decodeMs),
    ]),
    row('fuse and publish', report.fuseAndPublishMs),
    row('glass to result', report.glassToResultMs),
    '',
    `source     ${source.name}, ${size}, ${report.pacing}, ${source.end}`,
    `frames     ${frames.in} in = ${frames.published} published + ${frames.dropped} dropped${reasons(frames.drops)}, ${report.publishedRateHz.toFixed(1)} fps`,
    ...(publish === null ? [] : [`published  ${publish.endpoint}: ${topicCounts(publish.topics)}`]),
    ...(recording === null
      ? []
      : [
          `recorded   ${recording.path}: ${recording.written} results${dropped(recording.dropped)}`,
        ]),
    ...report.lanes.map(
      ({ name, provider, restarts }) =>
        `lane       ${name} on ${provider}${restarts === 0 ? '' : `, restarted ${restarts} times`}`,
    ),
    ...(report.health.length === 0 ? [] : [`health     ${report.health.join(', ')}`]),
  ].join('\n');
}

function row(label: string, summary: LatencySummary, note = ''): string {
  const cells = columns.map((name) =>
    (summary.count === 0 ? '–' : summary[name].toFixed(2)).padStart(columnWidth),
  );
  return `${label.padEnd(labelWidth)}${cells.join('')}${note}`;
}

/** Only what went otherwise than well. */
function stateNote(states: Record<string, number>): string {
  const others = Object.entries(states).filter(([state, count]) => state !== 'ok' && count > 0);
  return others.length === 0
    ? ''
    : `   ${others.map(([state, count]) => `${count} ${state}`).join(', ')}`;
}

const reasons = (drops: Readonly<Record<string, number>>) => {
  const named = Object.entries(drops).map(([reason, count]) => `${count} ${reason}`);
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
};

const topicCounts = (topics: Record<string, { sent: number; dropped: number }>) =>
  Object.entries(topics)
    .map(([topic, count]) => `${count.sent} ${topic}${dropped(count.dropped)}`)
    .join(', ');

const dropped = (count: number) => (count === 0 ? '' : ` (${count} dropped)`);
