import { degrees, htmlTable } from '../../page/html-parts.js';
import { chartKey, lineChart } from '../../page/line-chart.js';
import type { PictureUri } from '../../page/picture-uri.js';
import { at, escaped } from '../../page/svg.js';
import type { Section } from '../report/findings.js';
import type { SteeringDetails } from '../report/steering-details.js';

export interface WorstAngle {
  id: string;
  truthRad: number;
  predictedRad: number;
  /** Undefined if its file is gone. */
  picture: PictureUri | undefined;
}

/** More points than this make a line larger, not clearer. */
const mostPoints = 2500;
const inDegrees = (rad: number) => Math.round((rad * 18000) / Math.PI) / 100;

/** The cards of a steering network's report. */
export function steeringSections(
  details: SteeringDetails,
  worst: readonly WorstAngle[],
): Section[] {
  const series = [
    { name: 'true', colour: 2 },
    { name: 'predicted', colour: 1 },
  ];
  return [
    {
      title: 'Over the drive',
      note: 'Angle at the wheels, degrees, positive to the left, by the number of the sample in the order of the data.',
      body: `${chartKey(series)}<div class="wide">${overTheDrive(details)}</div>`,
    },
    {
      title: 'Predicted by true, and how far off',
      note: 'Left: each dot a sample, degrees; on the dashed line both agree. Right: the share of the samples whose error is at most so many degrees.',
      body: `<div class="pair">${scatter(details)}${errorCurve(details)}</div>`,
    },
    {
      title: 'Worst frames',
      note: `The largest errors, one for each stretch of the drive. The needles turn three times as far as the wheels would.`,
      body: `${chartKey(series)}<div class="frames">${worst.map(needles).join('\n')}</div>`,
    },
    { title: 'All numbers', body: numbers(details) },
  ];
}

function overTheDrive({ samples }: SteeringDetails): string {
  const step = Math.max(1, Math.ceil(samples.length / mostPoints));
  const points = (of: (sample: SteeringDetails['samples'][number]) => number) =>
    samples.flatMap((sample, x) => (x % step === 0 ? [{ x, y: inDegrees(of(sample)) }] : []));
  return lineChart({
    title: 'True and predicted angle over the drive',
    widthPx: 960,
    heightPx: 280,
    xName: 'sample',
    series: [
      { name: 'true', colour: 2, points: points(({ truthRad }) => truthRad) },
      { name: 'predicted', colour: 1, points: points(({ predictedRad }) => predictedRad) },
    ],
  });
}

function scatter({ samples }: SteeringDetails): string {
  const step = Math.max(1, Math.ceil(samples.length / mostPoints));
  const points = samples
    .filter((_, index) => index % step === 0)
    .map(({ truthRad, predictedRad }) => ({ x: inDegrees(truthRad), y: inDegrees(predictedRad) }));
  const most = Math.max(1, ...points.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)))) * 1.05;
  return `<figure>${lineChart({
    title: 'Predicted by true angle',
    widthPx: 440,
    heightPx: 400,
    xName: 'true, degrees',
    xRange: [-most, most],
    yRange: [-most, most],
    hasDiagonal: true,
    series: [{ name: 'samples', colour: 0, points, drawnAs: 'dots' }],
  })}</figure>`;
}

function errorCurve({ samples }: SteeringDetails): string {
  const errors = samples
    .map(({ truthRad, predictedRad }) => inDegrees(Math.abs(predictedRad - truthRad)))
    .sort((a, b) => a - b);
  const step = Math.max(1, Math.ceil(errors.length / 400));
  const points = errors.flatMap((x, index) =>
    index % step === 0 || index === errors.length - 1
      ? [{ x, y: (index + 1) / errors.length }]
      : [],
  );
  return `<figure>${lineChart({
    title: 'Share of the samples by error',
    widthPx: 440,
    heightPx: 400,
    xName: 'error at most, degrees',
    xRange: [0, Math.max(0.1, errors.at(-1) ?? 0)],
    yRange: [0, 1],
    series: [{ name: 'share', colour: 0, points }],
  })}</figure>`;
}

function needles({ id, truthRad, predictedRad, picture }: WorstAngle): string {
  const { widthPx, heightPx } = picture ?? { widthPx: 320, heightPx: 160 };
  const [fromX, fromY, length] = [widthPx / 2, heightPx * 0.96, heightPx * 0.5];
  const needle = (rad: number, colour: number) => {
    // Positive is to the left, towards smaller x.
    const turn = Math.max(-1.4, Math.min(1.4, rad * 3));
    const [x, y] = [fromX - Math.sin(turn) * length, fromY - Math.cos(turn) * length];
    return `<path class="s${colour} line needle" d="M${at(fromX)} ${at(fromY)}L${at(x)} ${at(y)}"/>`;
  };
  const image = picture
    ? `<image href="${picture.uri}" width="${widthPx}" height="${heightPx}"/>`
    : `<rect class="track" width="${widthPx}" height="${heightPx}"/>`;
  return `<figure><svg viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="true and predicted angle">${image}${needle(truthRad, 2)}${needle(predictedRad, 1)}</svg>
<figcaption><b>${escaped(id)}</b>: true ${degrees(truthRad)}, predicted ${degrees(predictedRad)}, off by ${degrees(Math.abs(predictedRad - truthRad))}</figcaption></figure>`;
}

function numbers(details: SteeringDetails): string {
  const { absoluteErrorRad, biasRad, bends, straights, samples } = details;
  const row = (name: string, count: number, rad: number) => [
    name,
    `${count}`,
    degrees(rad),
    rad.toFixed(4),
  ];
  return htmlTable(
    ['', 'samples', 'degrees', 'radians'],
    [
      row('error, median', samples.length, absoluteErrorRad.p50),
      row('error, 95th percentile', samples.length, absoluteErrorRad.p95),
      row('error, largest', samples.length, absoluteErrorRad.max),
      row('bias (above 0: too far to the left)', samples.length, biasRad),
      row(`mean error in bends (at least ${degrees(bends.bendRad)})`, bends.count, bends.maeRad),
      row('mean error straight ahead', straights.count, straights.maeRad),
    ],
  );
}
