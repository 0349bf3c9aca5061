import { extname } from 'node:path';
import type { Task } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { openExplained } from './explained-bundle.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

export interface AlikeFlags {
  stage: Task;
  data?: string;
  format?: string;
  split?: string;
  against?: string;
  limit?: number;
  out: string;
}

/** More pictures would cover each other on the map; the pictures to search for neighbours are not limited. */
const mostPictures = 1500;
const mapPx = 1200;

/** Shows which pictures a network takes for similar: a map of a data set, nearest pictures, likely mislabelled ones. */
export async function explainAlike(
  drive: string | undefined,
  bundleDir: string,
  { stage, data, format, split, against, limit = mostPictures, out }: AlikeFlags,
): Promise<void> {
  if (drive !== undefined || data === undefined || format === undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `--method alike: expected --data and --format, found ${drive ?? 'not both'}`,
    );
  if (stage !== 'signs' && stage !== 'detection')
    throw new PerceptionError(
      'ERR_USAGE',
      `--method alike: expected --stage signs or detection, whose pictures have one class, found ${stage}`,
    );
  const kind = extname(out) === '.html' ? 'html' : 'png';
  guardOutputs(
    [{ option: '--out', path: out, kind }],
    [
      { role: 'the data', path: data },
      { role: 'the bundle', path: bundleDir },
    ],
  );
  const { openDataset } = await import('../tools/datasets/open-dataset.js');
  const { codedPictures } = await import('../tools/explain/alike/coded-pictures.js');
  const { findAlike } = await import('../tools/explain/alike/find-alike.js');
  const { bundle, twinNote } = await openExplained(stage, bundleDir);
  const terminal = new Terminal();
  const coded = async (part: string | undefined, count: number) => {
    const dataset = await openDataset(format, data, { task: stage, split: part });
    const progress = countsProgress(terminal, `pictures of ${dataset.name}`);
    return { name: dataset.name, pictures: await codedPictures(bundle, dataset, count, progress) };
  };
  const shown = await coded(split, limit);
  const among = against === undefined ? shown : await coded(against, Number.MAX_SAFE_INTEGER);
  terminal.clearLive();
  const report = findAlike(shown.pictures, among.pictures);
  if (kind === 'html') {
    const { alikePage } = await import('../tools/explain/alike/alike-page.js');
    const title = `What ${bundle.manifest.task} takes for alike`;
    const names = { title, data: shown.name, against: among.name };
    writeWhole(out, await alikePage(names, report));
  } else {
    const { encodePng } = await import('../src/codec/image-codec.js');
    const { mapPicture } = await import('../tools/explain/alike/map-picture.js');
    const map = await mapPicture(report.pictures, report.places, { sidePx: mapPx, thumbPx: 24 });
    writeWhole(out, await encodePng(map));
  }
  if (twinNote !== undefined) terminal.print(twinNote);
  const { pictures, accuracy, nearestIsRight, trusted, mistakes, suspects } = report;
  for (const { index, rather, share } of suspects.slice(0, 20)) {
    const { id, label } = pictures[index]!;
    terminal.print(`likely mislabelled: ${id}: ${label}, rather ${rather} (${share.toFixed(1)})`);
  }
  terminal.print(
    `${out}: ${pictures.length} pictures of ${shown.name}, ${mistakes.length} mistakes, ${suspects.length} likely mislabelled; accuracy ${accuracy.toFixed(3)}, by the nearest picture of ${among.name} ${nearestIsRight.toFixed(3)}; trustworthiness of the map ${trusted.toFixed(3)}`,
  );
}
