import type { Task } from '../../src/bundle/manifest.js';
import type { Evaluation, MetricsOf } from './evaluation.js';

/** The one object that `--json` prints, on one line. */
export function evaluationJson({ task, bundle, data, count, metrics }: Evaluation): string {
  return JSON.stringify({ task, bundle, data, count, metrics });
}

/** An evaluation as a table for people. */
export function evaluationTable(evaluation: Evaluation): string {
  const { task, bundle, data, count, metrics, notes } = evaluation;
  const rows = [
    ['task', task],
    ['bundle', bundle],
    ['data', `${data}, ${count} samples`],
    ...tables[task](metrics as never),
  ];
  return [align(rows), ...notes].join('\n');
}

type Row = string[];
const number = (value: number) => value.toFixed(4);

const tables: { [T in Task]: (metrics: MetricsOf[T]) => Row[] } = {
  signs: ({ accuracy, top5 }) => [
    ['accuracy', number(accuracy)],
    ['top 5', number(top5)],
  ],
  segmentation: ({ mIoU, pixelAccuracy, perClass }) => [
    ['mIoU', number(mIoU)],
    ['pixel accuracy', number(pixelAccuracy)],
    [],
    ['class', 'IoU'],
    ...Object.entries(perClass).map(([name, iou]) => [name, number(iou)]),
  ],
  detection: ({ mAP50, perClass }) => [
    ['mAP at IoU 0.5', number(mAP50)],
    [],
    ['class', 'AP50', 'precision', 'recall', 'boxes'],
    ...Object.entries(perClass).map(([name, { ap50, precision, recall, count }]) => [
      name,
      number(ap50),
      number(precision),
      number(recall),
      `${count}`,
    ]),
  ],
  steering: ({ maeRad, rmseRad, r2, correlation }) => [
    ['MAE', `${number(maeRad)} rad`],
    ['RMSE', `${number(rmseRad)} rad`],
    ['R2', number(r2)],
    ['correlation', number(correlation)],
  ],
};

/** Columns of equal width, two spaces apart. */
function align(rows: Row[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    // A row of two is a name and its text, which may be long: it sets no width but the name's.
    const cells = row.length > 2 ? row : row.slice(0, 1);
    cells.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
