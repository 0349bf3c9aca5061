import type { Bundle } from '../../src/bundle/bundle.js';
import { resizeImage } from '../../src/codec/image-codec.js';
import type { RgbImage } from '../datasets/sample.js';
import { evaluationStyle } from '../evaluate/page/evaluation-style.js';
import { htmlPage } from '../page/html-page.js';
import { htmlPicture, htmlTable, percent } from '../page/html-parts.js';
import { chartKey, lineChart } from '../page/line-chart.js';
import { exactUri } from '../page/picture-uri.js';
import { escaped } from '../page/svg.js';
import type { FoolingPicture } from './fooling-picture.js';
import { changePicture, inputPicture } from './input-picture.js';
import type { AttackReport } from './run-attack.js';

/** Larger inputs are scaled down, because the page carries three versions of each. */
const mostWidthPx = 480;

/** One self-contained HTML document: the curve, the table, and pictures before and after the attack. */
export async function attackPage(
  { manifest }: Bundle,
  data: string,
  report: AttackReport,
  fooling: readonly FoolingPicture[],
): Promise<string> {
  const { method, points, pictures, shown } = report;
  const { spec } = manifest.input;
  const title = `${manifest.task} under ${method}`;
  const unit =
    method === 'patch' ? 'side as a share of the shorter edge' : 'largest change, grey levels';
  const series = [
    { name: method, colour: 0, points: points.map(({ size, kept }) => ({ x: size, y: kept })) },
    {
      name: 'noise of the same size',
      colour: 1,
      drawnAs: 'dashed' as const,
      points: points.map(({ size, keptUnderNoise }) => ({ x: size, y: keptUnderNoise })),
    },
  ];
  const chart = lineChart({
    title: `share of the answers kept by ${unit}`,
    widthPx: 960,
    heightPx: 300,
    xName: unit,
    yRange: [0, 1],
    series,
  });
  const rows = await Promise.all(
    shown.map(async ({ id, clean, attacked, saidBefore, saysNow }) => {
      const [before, after] = [inputPicture(spec, clean), inputPicture(spec, attacked)];
      const cells = await Promise.all(
        [before, after, changePicture(before, after)].map((each, i) =>
          pictured(each, [`clean: ${saidBefore}`, `attacked: ${saysNow}`, 'what was changed'][i]!),
        ),
      );
      return `<h3>${escaped(id)}</h3><p class="muted">${escaped(`${saidBefore} → ${saysNow}`)}</p><figure class="triple"><div>${cells.join('')}</div></figure>`;
    }),
  );
  const fooled = await Promise.all(
    fooling.map(async ({ how, className, probability, input, runs }) => {
      const words = `${how}: ${className} ${probability.toFixed(3)} after ${runs} runs`;
      return `<figure>${await pictured(inputPicture(spec, input), words)}<figcaption>${escaped(words)}</figcaption></figure>`;
    }),
  );
  return htmlPage({
    title,
    subtitle: `${manifest.name} ${manifest.version}; ${data}; ${pictures} pictures. For the defence of one's own networks.`,
    style: `${evaluationStyle} img { image-rendering: pixelated; } .pair img { width: 240px; height: auto; }`,
    body: `<section><h2>What is left of the answers</h2><div class="wide">${chart}</div>${chartKey(series)}
${htmlTable(
  [unit, `kept under ${method}`, 'kept under noise'],
  points.map(({ size, kept, keptUnderNoise }) => [
    `${size}`,
    percent(kept),
    percent(keptUnderNoise),
  ]),
)}</section>
<section><h2>Before and after, at ${points.at(-1)?.size ?? 0}</h2>${rows.join('\n')}</section>
${fooled.length === 0 ? '' : `<section><h2>Pictures of no meaning that the network is sure of</h2><div class="pair">${fooled.join('\n')}</div></section>`}`,
  });
}

async function pictured(image: RgbImage, words: string): Promise<string> {
  const { widthPx, heightPx } = image;
  const isWide = widthPx > mostWidthPx;
  const shown = isWide
    ? await resizeImage(image, mostWidthPx, Math.round((heightPx * mostWidthPx) / widthPx))
    : image;
  return htmlPicture(await exactUri(shown), words);
}
