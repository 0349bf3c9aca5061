import type { RigReport } from '../src/pipeline/cameras/rig-report.js';
import type { LatencySummary } from '../src/pipeline/latency-histogram.js';
import type { RunReport } from '../src/pipeline/run-report.js';
import { columnsTo, textTable } from '../src/text/text-table.js';

const columns = ['p50', 'p95', 'p99', 'max'] as const;
/** Column where the text of a line begins. */
const labelPlace = 11;

/** The final report for people: how long each part took, and what became of every frame. */
export function formatReport(report: RunReport): string {
  return [...cameraLines(report), ...sharedLines(report), ...endLines(report)].join('\n');
}

/** The same for several cameras: each camera's own part, then what they share. */
export function formatRigReport(report: RigReport): string {
  const { cameras, sync, pacing } = report;
  return [
    ...Object.entries(cameras).flatMap(([name, camera]) => [
      '',
      `camera ${name}`,
      ...cameraLines({ ...camera, pacing }),
      ...endLines(camera),
    ]),
    '',
    ...sharedLines(report),
    ...Object.entries(sync).map(([name, group]) => {
      const lacking = Object.entries(group.missing).filter(([, count]) => count > 0);
      const without = lacking.map(([camera, count]) => `${count} without ${camera}`);
      const parts = [`${group.complete} complete`, ...without];
      return `sync       ${name}: ${parts.join(', ')}, at most ${group.largestOffsetMs.toFixed(1)} ms apart`;
    }),
  ].join('\n');
}

function cameraLines(report: Omit<RunReport, 'outputs' | 'lanes' | 'lanePlan'>): string[] {
  const { frames, source } = report;
  const size = `${source.widthPx}x${source.heightPx}`;
  return [
    '',
    textTable(
      [
        ['milliseconds', ...columns],
        ...Object.entries(report.stages).flatMap(([stage, { states, skippedBy, ...spans }]) => [
          [...row(stage, spans.totalMs), stateNote(states, skippedBy)],
          row('  preprocess', spans.preprocessMs),
          row('  inference', spans.inferenceMs),
          row('  decode', spans.decodeMs),
        ]),
        row('fuse and publish', report.fuseAndPublishMs),
        ...(report.glassToSteeringMs.count === 0
          ? []
          : [row('glass to steering', report.glassToSteeringMs)]),
        row('glass to result', report.glassToResultMs),
      ],
      { numbers: columnsTo(columns.length) },
    ),
    '',
    `source     ${source.name}, ${size}, ${report.pacing}, ${source.end}`,
    `frames     ${frames.in} in = ${frames.published} published + ${frames.dropped} dropped${reasons(frames.drops)}, ${report.publishedRateHz.toFixed(1)} fps`,
  ];
}

const sharedLines = ({ outputs, lanes }: Pick<RunReport, 'outputs' | 'lanes'>) => [
  ...outputs.map(
    ({ name, place, topics }) => `${name.padEnd(labelPlace)}${place}: ${topicCounts(topics)}`,
  ),
  ...lanes.map(
    ({ name, provider, restarts }) =>
      `lane       ${name} on ${provider}${restarts === 0 ? '' : `, restarted ${restarts} times`}`,
  ),
];

const endLines = (report: Pick<RunReport, 'modes' | 'health'>) => [
  ...modeLine(report),
  ...(report.health.length === 0 ? [] : [`health     ${report.health.join(', ')}`]),
];

/** Empty for a run that held nothing back. */
function modeLine({ modes: { frames, changes } }: Pick<RunReport, 'modes'>): string[] {
  const named = Object.entries(frames).map(([mode, count]) => `${count} ${mode}`);
  return Object.keys(frames).every((mode) => mode === 'full')
    ? []
    : [`modes      ${named.join(', ')} frames, ${changes} changes`];
}

function row(label: string, summary: LatencySummary): string[] {
  return [label, ...columns.map((name) => (summary.count === 0 ? '–' : summary[name].toFixed(2)))];
}

/** Only abnormal states; what the mode held back is reported separately. */
function stateNote(
  { ok: _, ...states }: Record<string, number>,
  { degraded = 0 }: { degraded?: number },
): string {
  const others = { ...states, skipped: states['skipped']! - degraded, degraded };
  const named = Object.entries(others).filter(([, count]) => count > 0);
  return named.map(([state, count]) => `${count} ${state}`).join(', ');
}

const reasons = (drops: Readonly<Record<string, number>>) => {
  const named = Object.entries(drops).map(([reason, count]) => `${count} ${reason}`);
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
};

const topicCounts = (topics: Record<string, { sent: number; dropped: number }>) =>
  Object.entries(topics)
    .map(([topic, count]) => `${count.sent} ${topic}${dropped(count.dropped)}`)
    .join(', ') || 'nothing was asked for';

const dropped = (count: number) => (count === 0 ? '' : ` (${count} dropped)`);
