import { coverageCells } from '../../../src/calibration/board-coverage.js';
import { htmlPage } from '../../page/html-page.js';
import { htmlPicture, htmlTable } from '../../page/html-parts.js';
import { pageStyle } from '../../page/page-style.js';
import type { PictureUri } from '../../page/picture-uri.js';
import { at, escaped, picture } from '../../page/svg.js';
import { type CameraCalibrationResult, tiltDeg } from '../calibrate-camera.js';
import { parameterNames } from '../calibration-json.js';

/** Factor by which residuals are enlarged in drawings. */
const residualScale = 40;

/** Photographs of the report; absent if a picture could not be read again. */
export interface ReportPhotos {
  before: PictureUri | undefined;
  after: PictureUri | undefined;
  name: string;
}

/** A calibration as one self-contained page: numbers, coverage, residuals of every picture, one before and after. */
export function calibrationPage(result: CameraCalibrationResult, photos: ReportPhotos): string {
  const { model, used, skipped } = result;
  const tile = (name: string, value: string) =>
    `<div><span>${escaped(name)}</span><b>${escaped(value)}</b></div>`;
  const tiles = [
    tile('lens model', model.kind.replaceAll('_', ' ')),
    tile('reprojection error, rms', `${result.rmsPx.toFixed(3)} px`),
    tile('pictures used', String(used.length)),
    tile('left out', String(skipped.length)),
    tile('picture covered', `${(result.coverageShare * 100).toFixed(0)} %`),
  ];
  const sections = [
    section(
      'Parameters',
      'One standard deviation says how well the pictures determine each.',
      parameters(result),
    ),
    section(
      'Lens models',
      'Error on pictures held out: fitted to the others, only the board’s pose fitted to these.',
      trials(result),
    ),
    section(
      'Corners and coverage',
      'Every point used, and how many fell into each part of the picture. Empty parts are where the lens is guessed.',
      coverage(result),
    ),
    section(
      'Residuals',
      `From where each point should be to where it was seen, ${residualScale} times as long. They should point to all sides; a swirl or a fan is a lens that the model does not know, or a board that is not flat.`,
      residuals(result),
    ),
    section('Pictures', '', pictures(result)),
    photos.before && photos.after
      ? section(
          'Before and after',
          `${photos.name}: straight edges must be straight on the right.`,
          `<div style="display:grid;grid-template-columns:1fr 1fr;gap:12px">${htmlPicture(photos.before, 'as the camera saw it')}${htmlPicture(photos.after, 'undistorted')}</div>`,
        )
      : '',
  ];
  const warnings = result.warnings
    .map((text) => `<p class="warning">${escaped(text)}</p>`)
    .join('');
  return htmlPage({
    title: 'Camera calibration',
    subtitle: `${model.widthPx}x${model.heightPx}, ${result.engine}`,
    style: `${pageStyle} img, svg { max-width: 100%; height: auto; }`,
    body: `${warnings}<div class="tiles">${tiles.join('')}</div>${sections.join('')}`,
  });
}

const section = (title: string, words: string, body: string): string =>
  `<section><h2>${escaped(title)}</h2>${words === '' ? '' : `<p class="muted">${escaped(words)}</p>`}${body}</section>`;

function parameters(result: CameraCalibrationResult): string {
  const { model } = result;
  const values = [model.fxPx, model.fyPx, model.cxPx, model.cyPx, ...model.distortion];
  const rows = parameterNames(result).map((name, i) => {
    const digits = i < 4 ? 3 : 6;
    const unit = i < 4 ? ' px' : '';
    return [
      name,
      `${values[i]!.toFixed(digits)}${unit}`,
      `${result.standardDeviations[i]!.toFixed(digits)}${unit}`,
    ];
  });
  return htmlTable(['parameter', 'value', 'one standard deviation'], rows);
}

const trials = ({ trials: tried, model }: CameraCalibrationResult): string =>
  htmlTable(
    ['lens model', 'held-out error', ''],
    tried.map(({ kind, heldOutRmsPx, problem }) => [
      kind,
      heldOutRmsPx === undefined ? (problem ?? '') : `${heldOutRmsPx.toFixed(3)} px`,
      kind === model.kind ? 'chosen' : '',
    ]),
  );

function coverage({ model, used, coverage: counts }: CameraCalibrationResult): string {
  const { widthPx, heightPx } = model;
  const { cols, rows } = coverageCells;
  const most = Math.max(...counts, 1);
  const cells = [...counts].map((count, i) => {
    const x = ((i % cols) * widthPx) / cols;
    const y = (Math.floor(i / cols) * heightPx) / rows;
    const colour = count === 0 ? 'var(--lost)' : 'var(--inference)';
    const strength = count === 0 ? 0.25 : 0.08 + (0.4 * count) / most;
    return `<rect x="${at(x)}" y="${at(y)}" width="${at(widthPx / cols)}" height="${at(heightPx / rows)}" fill="${colour}" fill-opacity="${strength.toFixed(2)}"/>`;
  });
  const r = at(widthPx / 400);
  const dots = used.flatMap(({ sighting: { pointsPx } }) =>
    Array.from(
      { length: pointsPx.length / 2 },
      (_, i) => `<circle cx="${at(pointsPx[2 * i]!)}" cy="${at(pointsPx[2 * i + 1]!)}" r="${r}"/>`,
    ),
  );
  const title = 'points used, over the parts of the picture';
  return picture(widthPx, heightPx, title, [
    ...cells,
    `<g fill="var(--ink)" fill-opacity="0.7">${dots.join('')}</g>`,
  ]);
}

function residuals({ model, used }: CameraCalibrationResult): string {
  const { widthPx, heightPx } = model;
  const lines = used.flatMap(({ sighting: { pointsPx }, residualsPx }) =>
    Array.from({ length: pointsPx.length / 2 }, (_, i) => {
      const [u, v] = [pointsPx[2 * i]!, pointsPx[2 * i + 1]!];
      const [du, dv] = [
        residualsPx[2 * i]! * residualScale,
        residualsPx[2 * i + 1]! * residualScale,
      ];
      return `<path d="M${at(u)} ${at(v)}l${at(du)} ${at(dv)}"/>`;
    }),
  );
  const frame = `<rect width="${widthPx}" height="${heightPx}" fill="none" stroke="var(--line)" stroke-width="2"/>`;
  const strokes = `<g stroke="var(--inference)" stroke-width="${at(widthPx / 700)}" stroke-opacity="0.7">${lines.join('')}</g>`;
  return picture(widthPx, heightPx, 'residuals of every point', [frame, strokes]);
}

function pictures({ used, skipped }: CameraCalibrationResult): string {
  const rows = used.map((one) => [
    one.name,
    `${one.rmsPx.toFixed(3)} px`,
    `${tiltDeg(one).toFixed(0)}°`,
    `${Math.hypot(...one.pose.translation).toFixed(2)} m`,
    one.sighting.edgeWidthPx === undefined ? '' : `${one.sighting.edgeWidthPx.toFixed(1)} px`,
  ]);
  const left =
    skipped.length === 0
      ? ''
      : `<h3>Left out</h3>${htmlTable(
          ['picture', 'why'],
          skipped.map(({ name, reason }) => [name, reason]),
        )}`;
  return htmlTable(['picture', 'rms', 'tilt', 'distance', 'width of edges'], rows) + left;
}
