import { evaluationStyle } from '../../evaluate/page/evaluation-style.js';
import { htmlPage } from '../../page/html-page.js';
import { htmlPicture, percent, spoken } from '../../page/html-parts.js';
import { exactUri, photoUri } from '../../page/picture-uri.js';
import { escaped } from '../../page/svg.js';
import type { CodedPicture } from './coded-pictures.js';
import type { AlikeReport } from './find-alike.js';
import { classColours, mapPicture } from './map-picture.js';
import type { AlikePicture } from './suspects.js';

const mapPx = 1600;
const mostRows = 60;
const cropPx = 96;

/** One self-contained HTML document: the map, likely mislabelled pictures, and mistakes with the nearest pictures. */
export async function alikePage(
  { title, data, against }: { title: string; data: string; against: string },
  report: AlikeReport,
): Promise<string> {
  const { pictures, among, places, trusted, accuracy, nearestIsRight, mistakes, suspects } = report;
  const map = await mapPicture(pictures, places, { sidePx: mapPx, thumbPx: 26 });
  const names = [...new Set(pictures.map(({ label }) => label))].sort();
  const colours = classColours(names);
  const key = names
    .map(
      (name) =>
        `<span><i style="background:rgb(${colours.get(name)!.join(' ')})"></i>${escaped(spoken(name))}</span>`,
    )
    .join(' ');
  const row = async (index: number, alike: readonly AlikePicture[], words: string) => {
    const near = await Promise.all(
      alike.map(({ index: other, distance }) =>
        figure(among[other]!, `${spoken(among[other]!.label)}, ${distance.toFixed(2)}`),
      ),
    );
    return `<div class="row">${await figure(pictures[index]!, words)}<span class="muted">nearest</span>${near.join('')}</div>`;
  };
  const suspectRows = await Promise.all(
    suspects.slice(0, mostRows).map(({ index, rather, share, alike }) => {
      const { id, label, probability } = pictures[index]!;
      return row(
        index,
        alike,
        `${id}: labelled ${spoken(label)}; ${percent(share)} of its neighbours and the network (${probability.toFixed(2)}) say ${spoken(rather)}`,
      );
    }),
  );
  const mistakeRows = await Promise.all(
    mistakes.slice(0, mostRows).map(({ index, alike }) => {
      const { id, label, answer, probability } = pictures[index]!;
      return row(
        index,
        alike,
        `${id}: ${spoken(label)} called ${spoken(answer)} (${probability.toFixed(2)})`,
      );
    }),
  );
  return htmlPage({
    title,
    subtitle: `${data}, ${pictures.length} pictures; neighbours of ${against}, ${among.length} pictures, never of the same track; ${percent(accuracy)} called by their label, ${percent(nearestIsRight)} nearest to one of the same label; trustworthiness of the map ${trusted.toFixed(3)}`,
    style: `${evaluationStyle}
main { max-width: 1640px; } .map { width: 100%; height: auto; }
.key { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 12px; } .key i { display: inline-block; width: 11px; height: 11px; margin-right: 4px; }
.row { display: flex; flex-wrap: wrap; gap: 10px; align-items: start; margin-bottom: 14px; }
.row figure { width: 110px; margin: 0; } .row figure:first-child { width: 220px; } .row img { width: ${cropPx}px; height: ${cropPx}px; object-fit: contain; image-rendering: pixelated; }`,
    body: `<section><h2>Map</h2><p class="muted">t-SNE of the codes: what the network takes for alike lies together; distances between far groups mean nothing. The frame's colour is the label; thick red: called by another name.</p>${htmlPicture(await photoUri(map, mapPx), 'the map').replace('<img', '<img class="map"')}<p class="key">${key}</p></section>
<section><h2>Likely mislabelled (${suspects.length})</h2>${suspectRows.join('\n') || '<p>none</p>'}</section>
<section><h2>Mistakes and what is nearest (${mistakes.length})</h2>${mistakeRows.join('\n') || '<p>none</p>'}</section>`,
  });
}

async function figure({ picture }: CodedPicture, words: string): Promise<string> {
  const uri = picture.widthPx > cropPx ? await photoUri(picture, cropPx) : await exactUri(picture);
  return `<figure>${htmlPicture(uri, words)}<figcaption>${escaped(words)}</figcaption></figure>`;
}
