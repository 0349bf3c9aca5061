import { score } from '../../page/html-parts.js';
import { lineChart } from '../../page/line-chart.js';
import { escaped } from '../../page/svg.js';
import type { Section } from '../report/findings.js';
import type { TrainingLog, TrainingRow } from '../report/training-log.js';

const sizePx = { widthPx: 320, heightPx: 190 } as const;
const valueNames: Readonly<Record<string, string>> = {
  loss: 'loss',
  learningRate: 'learning rate',
};

/** The training curves: every number of the log over the steps, and the validation scores. */
export function trainingSections({ run, rows, problems }: TrainingLog): Section[] {
  const last = rows.at(-1)!;
  const charts = [
    ...namesIn(rows, 'values').map((name) =>
      chartOf(rows, 'values', name, valueNames[name] ?? name),
    ),
    // Not the scores of classes and further data sets, with "." or ":" in their names: there would be dozens.
    ...namesIn(rows, 'metrics')
      .filter((name) => !/[.:]/.test(name) && isScoreOfWhole(name))
      .map((name) => chartOf(rows, 'metrics', name, `validation: ${name}`)),
  ];
  const unread = problems.length === 0 ? '' : `; ${problems.length} lines of the log did not read`;
  return [
    {
      title: 'How it was trained',
      note: `Run ${run}: ${last.step} steps, ${last.epoch} epochs${unread}. A point is the end of an epoch.`,
      body: `<div class="small charts">${charts.join('\n')}</div>`,
    },
  ];
}

const wholeScores =
  /^(accuracy|top5|mIoU|pixelAccuracy|mAP|maeRad|rmseRad|r2|correlation|.*[lL]oss)/;
const isScoreOfWhole = (name: string) => wholeScores.test(name);

const namesIn = (rows: readonly TrainingRow[], kind: 'values' | 'metrics') => [
  ...new Set(rows.flatMap((row) => Object.keys(row[kind]))),
];

function chartOf(
  rows: readonly TrainingRow[],
  kind: 'values' | 'metrics',
  name: string,
  title: string,
): string {
  const points = rows
    .filter((row) => row[kind][name] !== undefined)
    .map((row) => ({ x: row.step, y: row[kind][name]! }));
  const values = points.map(({ y }) => y);
  const isLowBest = /loss|mae|rmse/i.test(name);
  const bestValue = isLowBest ? Math.min(...values) : Math.max(...values);
  const best = points.find(({ y }) => y === bestValue)!;
  const words = name === 'learningRate' ? '' : `best ${score(best.y)} at step ${best.x}`;
  const chart = lineChart({
    title: `${title} over the steps`,
    ...sizePx,
    xName: 'step',
    xRange: [0, Math.max(1, rows.at(-1)!.step)],
    series: [{ name: title, colour: kind === 'values' ? 0 : 2, points }],
    marks: words === '' ? [] : [{ ...best, words, colour: 1 }],
  });
  const caption = words === '' ? '' : ` <span class="muted">${escaped(words)}</span>`;
  return `<figure><h3>${escaped(title)}${caption}</h3>${chart}</figure>`;
}
