import { type LabelledTask, labelsOf } from '../../src/bundle/manifest.js';
import { measuredJson } from '../../src/text/measured-json.js';
import { textTable } from '../../src/text/text-table.js';
import { doubtLines } from './doubt.js';
import type { Evaluation, MetricsOf } from './evaluation.js';
import type { ScoreIntervals } from './intervals/interval-collector.js';

/** The one object that `--json` prints, on one line. */
export function evaluationJson(evaluation: Evaluation): string {
  const { task, bundle, data, count, metrics, intervals = null, doubt = null } = evaluation;
  const { notes } = evaluation;
  return measuredJson({ task, bundle, data, count, metrics, intervals, doubt, notes });
}

/** An evaluation as a table for people. */
export function evaluationTable(evaluation: Evaluation): string {
  const { task, bundle, data, count, metrics, intervals = {}, doubt, notes } = evaluation;
  const rows = [
    ['task', task],
    ['bundle', bundle],
    ['data', `${data}, ${count} samples`],
    ...tables[labelsOf(task)](metrics as never, intervals),
  ];
  return [align(rows), ...(doubt ? doubtLines(doubt) : []), ...notes].join('\n');
}

type Row = string[];
const number = (value: number) => value.toFixed(4);

/** `0.6182  0.57 to 0.66`: a score with its 95 % interval, so that nobody relies on digits that mean nothing. */
const withInterval = (value: number, interval: ScoreIntervals[string] | undefined) =>
  interval === undefined
    ? number(value)
    : `${number(value)}  (${interval[0].toFixed(3)} to ${interval[1].toFixed(3)})`;

const tables: { [T in LabelledTask]: (metrics: MetricsOf[T], intervals: ScoreIntervals) => Row[] } =
  {
    signs: ({ accuracy, top5 }, intervals) => [
      ['accuracy', withInterval(accuracy, intervals['accuracy'])],
      ['top 5', withInterval(top5, intervals['top5'])],
    ],
    segmentation: ({ mIoU, pixelAccuracy, perClass }, intervals) => [
      ['mIoU', withInterval(mIoU, intervals['mIoU'])],
      ['pixel accuracy', withInterval(pixelAccuracy, intervals['pixelAccuracy'])],
      [],
      ['class', 'IoU'],
      ...Object.entries(perClass).map(([name, iou]) => [name, withInterval(iou, intervals[name])]),
    ],
    detection: ({ mAP50, perClass }, intervals) => [
      ['mAP at IoU 0.5', withInterval(mAP50, intervals['mAP50'])],
      [],
      ['class', 'AP50', 'precision', 'recall', 'boxes'],
      ...Object.entries(perClass).map(([name, { ap50, precision, recall, count }]) => [
        name,
        withInterval(ap50, intervals[`${name}.ap50`]),
        number(precision),
        number(recall),
        `${count}`,
      ]),
    ],
    steering: ({ maeRad, rmseRad, r2, correlation }, intervals) => [
      ['MAE, rad', withInterval(maeRad, intervals['maeRad'])],
      ['RMSE, rad', withInterval(rmseRad, intervals['rmseRad'])],
      ['R2', withInterval(r2, intervals['r2'])],
      ['correlation', withInterval(correlation, intervals['correlation'])],
    ],
  };

/** An empty row ends a table: the rows after it have their own columns. */
function align(rows: Row[]): string {
  const end = rows.findIndex((row) => row.length === 0);
  if (end < 0) return textTable(rows);
  return `${textTable(rows.slice(0, end))}\n\n${align(rows.slice(end + 1))}`;
}
