import { decodePicture, pictureSize } from '../../../src/recording/picture-message.js';
import { choosePictures } from '../../../src/recording/picture-stream.js';
import { picturesIn } from '../../../src/recording/pictures-in.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { evaluationStyle } from '../../evaluate/page/evaluation-style.js';
import { htmlPage, svgDefinitions } from '../../page/html-page.js';
import { photoUri } from '../../page/picture-uri.js';
import { at, escaped } from '../../page/svg.js';
import type { RigComparison } from '../compare-rigs.js';
import type { Comparison } from '../compare-runs.js';
import { findingKinds } from '../finding.js';
import { byKind, factsOf, summaryOf } from '../format-verdict.js';
import type { RigVerdict } from '../rig-verdict.js';
import type { JudgedFinding } from '../rules.js';
import type { Verdict } from '../verdict.js';
import { eventPicture } from './event-picture.js';
import { truthSection } from './truth-section.js';

/** Maximum number of events with pictures, which keeps the page at a few megabytes. */
const mostPictures = 24;
const pictureWidthPx = 640;

/**
 * One self-contained HTML document, without script: verdict, findings, and what both runs saw at each event. Pictures
 * come from `drivePath` if it is a recording; otherwise boxes are drawn on an empty background.
 */
export async function verdictPage(
  verdict: Verdict,
  comparison: Comparison,
  drivePath: string | undefined,
): Promise<string> {
  const { definitions, body } = await partOf(verdict, comparison, drivePath, 'p');
  return pageOf(verdict, definitions, body);
}

/** As verdictPage, for a rig: one part for each camera, which share the number of pictures. */
export async function rigVerdictPage(verdict: RigVerdict, rig: RigComparison): Promise<string> {
  const parts: VerdictPart[] = [];
  const most = Math.ceil(mostPictures / Math.max(1, rig.cameras.size));
  for (const [camera, { comparison, drivePath }] of rig.cameras) {
    const own = verdict.cameras[camera]!;
    const { definitions, body } = await partOf(own, comparison, drivePath, `${camera}-`, most);
    const head = `<h2>Camera ${escaped(camera)}: ${own.passed ? 'passed' : 'failed'}, ${escaped(summaryOf(own))}</h2>`;
    parts.push({ definitions, body: `<section>${head}</section>\n${body}` });
  }
  const lacking = verdict.findings.filter(({ camera }) => !rig.cameras.has(camera ?? ''));
  const list = lacking.map((finding) => `<li>${mark(finding)}${escaped(finding.words)}</li>`);
  const lost =
    list.length === 0
      ? ''
      : `<section><ul class="plain verdict-list">${list.join('')}</ul></section>\n`;
  return pageOf(
    verdict,
    parts.map(({ definitions }) => definitions).join(''),
    lost + parts.map(({ body }) => body).join('\n'),
  );
}

interface VerdictPart {
  /** Pictures, as SVG definitions. */
  definitions: string;
  body: string;
}

function pageOf(
  verdict: Pick<Verdict, 'passed' | 'findings' | 'reference' | 'candidate'>,
  definitions: string,
  body: string,
): string {
  return htmlPage({
    title: `Verdict: ${verdict.passed ? 'passed' : 'failed'}`,
    subtitle: `${summaryOf(verdict)}; ${verdict.candidate} against ${verdict.reference}`,
    style: `${evaluationStyle}
.both { margin: 0 0 22px; } .verdict-list li { margin: 2px 0; } .swatch.wrong { background: var(--wrong); } .swatch.right { background: var(--right); }`,
    before: svgDefinitions(definitions),
    body,
  });
}

/** The page's part for one camera; `prefix` begins the ids of its pictures. */
async function partOf(
  verdict: Verdict,
  comparison: Comparison,
  drivePath: string | undefined,
  prefix: string,
  most = mostPictures,
): Promise<VerdictPart> {
  const shown = verdict.findings
    .filter(({ frameId }) => frameId !== undefined)
    .sort((a, b) => Number(a.isAllowed) - Number(b.isAllowed))
    .slice(0, most);
  const pairs = new Map(comparison.paired.pairs.map((pair) => [placeOf(pair), pair]));
  const stamps = shown.flatMap((finding) => pairs.get(placeOf(finding))?.reference.stampNs ?? []);
  const pictures = await loadPictures(drivePath, new Set(stamps));
  const definitions = [...pictures].map(([stampNs, uri]) => {
    const { widthPx, heightPx } = comparison.paired.pairs[0]!.reference;
    return `<image id="${prefix}${stampNs}" href="${uri}" width="${at(widthPx)}" height="${at(heightPx)}" preserveAspectRatio="none"/>`;
  });
  const events = shown.map((finding) => {
    const pair = pairs.get(placeOf(finding));
    if (pair === undefined) return '';
    const { stampNs } = pair.reference;
    const id = pictures.has(stampNs) ? `${prefix}${stampNs}` : undefined;
    const side = (name: 'reference' | 'candidate', caption: string) =>
      `<figure>${eventPicture(pair[name], id, finding.boxXyxyPx, `${caption}: frame ${pair.frameId}`)}<figcaption>${caption}</figcaption></figure>`;
    return `<h3>${mark(finding)}${escaped(finding.words)}</h3><div class="frames both">${side('reference', 'before')}${side('candidate', 'now')}</div>`;
  });
  return {
    definitions: definitions.join(''),
    body: `<section><h2>What was compared</h2><dl class="facts">${factsOf(verdict)
      .map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`)
      .join('')}</dl></section>
${truthSection(verdict)}
${[...byKind(verdict.findings)].map(([kind, found]) => `<section><h2>${escaped(`${found.length}: ${findingKinds[kind]}`)}</h2><ul class="plain verdict-list">${found.map((finding) => `<li>${mark(finding)}${escaped(finding.words)}${finding.isAllowed ? ' (allowed)' : ''}</li>`).join('')}</ul></section>`).join('\n')}
${events.length === 0 ? '' : `<section><h2>As both saw it</h2><p class="muted">Boxes with what they were called; in red, what the finding is about.</p>${events.join('\n')}</section>`}`,
  };
}

/** A frame of a run: its number alone returns with each life of a supervised run. */
const placeOf = ({ epoch = 0, frameId = -1 }: { epoch?: number; frameId?: number }): string =>
  `${epoch} ${frameId}`;

const mark = ({ isAllowed }: JudgedFinding) =>
  `<span class="swatch ${isAllowed ? 'right' : 'wrong'}" aria-hidden="true"></span>`;

/** As data URIs by stamp; empty if the drive is not a recording or has none of them. */
async function loadPictures(
  path: string | undefined,
  stamps: ReadonlySet<bigint>,
): Promise<Map<bigint, string>> {
  const pictures = new Map<bigint, string>();
  const reader =
    path === undefined ? undefined : await RecordingReader.open(path).catch(() => undefined);
  if (reader === undefined) return pictures;
  try {
    const chosen = await choosePictures(reader).catch(() => undefined);
    if (chosen === undefined) return pictures;
    const { stream } = chosen;
    for (const stampNs of stamps)
      for await (const inTurn of picturesIn(reader, stream, { startNs: stampNs, endNs: stampNs })) {
        const picture = inTurn.read();
        const image = await decodePicture(picture, await pictureSize(picture));
        pictures.set(stampNs, (await photoUri(image, pictureWidthPx)).uri);
      }
  } finally {
    await reader.close();
  }
  return pictures;
}
