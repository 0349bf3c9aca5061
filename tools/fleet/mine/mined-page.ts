import { htmlPage } from '../../page/html-page.js';
import { pageStyle } from '../../page/page-style.js';
import { escaped } from '../../page/svg.js';
import { clockTime, counted, spokenClass, spokenPercent } from '../../verdict/words.js';
import { type MinedEntry, type MineSummary, type MiningReason, miningReasons } from './mining.js';

const reasonWords: Readonly<Record<MiningReason, (score: number, entry: MinedEntry) => string>> = {
  uncertain: (score) => `${score.toFixed(1)} answers expected wrong`,
  disagreement: (score) => `disagreement ${score.toFixed(3)}`,
  rare: (score, { labels }) =>
    `rare: ${labels.map(spokenClass).join(', ')} (in ${spokenPercent(2 ** -score)} of the units)`,
  novel: (score) => `novelty ${score.toFixed(2)}`,
};

/** The set as a page: each frame, why it was chosen, and a link to its moment in the player. */
export function minedPage(
  { task, looked, units, drives, frames, problems }: MineSummary,
  pageUrl: string,
): string {
  const figures = frames.map((entry) => {
    const { file, drive, location, timeS, reasons } = entry;
    const words = miningReasons.flatMap((reason) =>
      reasons[reason] === undefined ? [] : [reasonWords[reason](reasons[reason], entry)],
    );
    const address = `${pageUrl.replace(/\/$/, '')}/#at=${timeS.toFixed(2)}`;
    const name = `${drive} at ${clockTime(timeS)}`;
    const source = file.split('/').map(encodeURIComponent).join('/');
    return `<figure><a href="${escaped(address)}" target="_blank" title="windshield view ${escaped(location)}"><img src="${escaped(source)}" alt="${escaped(name)}" loading="lazy"></a><figcaption>${escaped(name)}<br>${words.map(escaped).join('<br>')}</figcaption></figure>`;
  });
  const lost = problems.map((problem) => `<li>${escaped(problem)}</li>`).join('');
  return htmlPage({
    title: 'Frames worth a label',
    subtitle: `${counted(frames.length, 'frame')} for ${task}, of ${looked} in ${counted(units, 'unit')} of ${counted(drives, 'drive')}. What lies beside the pictures are predictions.`,
    style: `${pageStyle}
main { max-width: none; }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 14px; }
.frames figure { margin: 0; }
.frames img { width: 100%; display: block; }
.frames figcaption { font-size: 0.85em; }`,
    body: `${lost === '' ? '' : `<h2>Without a picture</h2><ul>${lost}</ul>`}<div class="frames">${figures.join('\n')}</div>`,
  });
}
