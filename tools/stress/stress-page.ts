import { type CorruptionName, corrupt } from '../corruptions/corruption-table.js';
import type { Dataset } from '../datasets/sample.js';
import { evaluationStyle } from '../evaluate/page/evaluation-style.js';
import { htmlPicture, htmlTable } from '../page/html-parts.js';
import { chartKey, lineChart } from '../page/line-chart.js';
import { photoUri } from '../page/picture-uri.js';
import { escaped } from '../page/svg.js';
import type { StressReport } from './run-stress.js';

/** One self-contained HTML document: the table, and for each corruption its curves beside a picture in strength 3. */
export async function stressPage(report: StressReport, dataset: Dataset): Promise<string> {
  const { task, data, pictures, error, bundles, strengths } = report;
  const names = Object.keys(bundles[0]!.errors) as CorruptionName[];
  const title = `${task} in bad weather`;
  const example = await dataset.samples[dataset.samples.length >> 1]!.load();
  const cards = await Promise.all(
    names.map(async (name) => {
      const picture = await photoUri(corrupt(example, name, 3, 1), 320);
      const series = bundles.map(({ bundle, errors, clean }, colour) => ({
        name: bundle,
        colour,
        points: [clean, ...errors[name]!].map((y, i) => ({
          x: i === 0 ? 0 : strengths[i - 1]!,
          y,
        })),
      }));
      const chart = lineChart({
        title: `${error} by strength of ${name}`,
        ...{ widthPx: 480, heightPx: 220, xName: 'strength', series },
      });
      return `<section><h2>${escaped(name)}</h2>${htmlPicture(picture, `${name} in strength 3`)}${chart}${chartKey(series)}</section>`;
    }),
  );
  const table = htmlTable(
    [`mean of ${error}`, ...bundles.map(({ bundle }) => bundle)],
    stressRows(report),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${evaluationStyle}</style>
<main>
<h1>${escaped(title)}</h1>
<p class="muted">${escaped(`${data}; ${pictures} samples in strengths ${strengths.join(', ')}; mean corruption error against the first bundle`)}</p>
<section>${table}</section>
${cards.join('\n')}
</main>
</html>
`;
}

/** The table: a line for the clean pictures, for each corruption the mean over the strengths, and the mean corruption error. */
export function stressRows({ bundles }: StressReport): string[][] {
  const mean = (row: readonly number[]) => row.reduce((sum, value) => sum + value, 0) / row.length;
  const names = Object.keys(bundles[0]!.errors) as CorruptionName[];
  const shown = (value: number) => value.toFixed(3);
  return [
    ['clean', ...bundles.map(({ clean }) => shown(clean))],
    ...names.map((name) => [name, ...bundles.map(({ errors }) => shown(mean(errors[name]!)))]),
    ['mean corruption error', ...bundles.map((each) => shown(each.meanCorruptionError))],
  ];
}
