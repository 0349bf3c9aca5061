import { type CorruptionName, corrupt } from '../corruptions/corruption-table.js';
import { datasetError } from '../datasets/dataset-files.js';
import type { Dataset, RgbImage } from '../datasets/sample.js';
import { evaluationStyle } from '../evaluate/page/evaluation-style.js';
import { htmlPage } from '../page/html-page.js';
import { htmlPicture, htmlTable } from '../page/html-parts.js';
import { chartKey, lineChart } from '../page/line-chart.js';
import { exactUri, loadAgain, photoUri } from '../page/picture-uri.js';
import { escaped } from '../page/svg.js';
import type { StressReport } from './run-stress.js';

/** Width at which examples are shown; crops up to `largestCropPx` keep their pixels. */
const shownPx = 320;
const largestCropPx = 96;

/** One self-contained HTML document: the table, and for each corruption its curves next to a picture in strength 3. */
export async function stressPage(report: StressReport, dataset: Dataset): Promise<string> {
  const { task, data, pictures, error, bundles, strengths, unscored } = report;
  const missing = unscored.length === 0 ? '' : `; ended early, without ${unscored.join(', ')}`;
  const names = Object.keys(bundles[0]!.errors) as CorruptionName[];
  const title = `${task} in bad weather`;
  const example = await exampleOf(dataset);
  const cards = await Promise.all(
    names.map(async (name) => {
      const corrupted = corrupt(example, name, 3, 1);
      // JPEG smears the few pixels of a crop.
      const isSmall = corrupted.widthPx <= largestCropPx;
      const picture = await (isSmall ? exactUri(corrupted) : photoUri(corrupted, shownPx));
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
      return `<section><h2>${escaped(name)}</h2><div class="pair"><figure>${htmlPicture(picture, `${name} in strength 3`)}</figure><figure>${chart}${chartKey(series)}</figure></div></section>`;
    }),
  );
  const table = htmlTable(
    [`mean of ${error}`, ...bundles.map(({ bundle }) => bundle)],
    stressRows(report),
  );
  return htmlPage({
    title,
    subtitle: `${data}; ${pictures} samples in strengths ${strengths.join(', ')}; mean corruption error against the first bundle${missing}`,
    style: `${evaluationStyle} .pair img { width: 100%; max-width: ${shownPx}px; height: auto; image-rendering: pixelated; }`,
    body: `<section>${table}</section>\n${cards.join('\n')}`,
  });
}

/** A picture from the middle of the set, or the next one that loads. Throws ERR_DATASET if none does. */
async function exampleOf({ name, samples }: Dataset): Promise<RgbImage> {
  const middle = samples.length >> 1;
  for (const sample of [...samples.slice(middle), ...samples.slice(0, middle)]) {
    const picture = await loadAgain(sample);
    if (picture !== undefined) return picture;
  }
  throw datasetError(`expected samples of ${name} that load, found none`);
}

/** The table's rows: those of `scoredRows`, and the mean corruption error. */
export function stressRows(report: StressReport): string[][] {
  const means = report.bundles.map((each) => shown(each.meanCorruptionError));
  return [...scoredRows(report), [meanRowName, ...means]];
}

export const meanRowName = 'mean corruption error';
const shown = (value: number) => value.toFixed(3);

/** The clean pictures, and the mean over the strengths for each corruption that is scored. */
export function scoredRows({ bundles }: StressReport): string[][] {
  const mean = (row: readonly number[]) => row.reduce((sum, value) => sum + value, 0) / row.length;
  const names = Object.keys(bundles[0]!.errors) as CorruptionName[];
  return [
    ['clean', ...bundles.map(({ clean }) => shown(clean))],
    ...names.map((name) => [name, ...bundles.map(({ errors }) => shown(mean(errors[name]!)))]),
  ];
}
