import type { Detection, PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel, spoken } from './box-label.js';
import { type BoxReading, readingsByBox } from './box-reading.js';
import { type Legend, type LegendEntry, legendSvg } from './legend-svg.js';
import { type LabelArea, leaderLine, placeLabels } from './place-labels.js';
import {
  escapedXml,
  estimatedTextWidth,
  fontFamily,
  type TextWidth,
  textColourOn,
} from './svg-text.js';

export interface OverlayOptions {
  /** Measures texts; their widths are estimated by default. */
  widthOf?: TextWidth;
  /** Draws a legend below the picture, with these entries added, such as the classes of a class map. None by default. */
  legend?: readonly LegendEntry[];
}

/** The drawing over a picture, and below it. */
export interface Overlay {
  /** An SVG document of the picture's width, and of its height plus the legend's, if there is one. */
  svg: string;
  legendHeightPx: number;
}

/** Padding of a label to the left and right of its text. */
const labelPadPx = 4;

/** Letters that are drawn at whole pixels come out a little wider than they are measured. */
const hintingFactor = 1.015;

/** Size of text in a picture of this width, pixels: 15 in 1280. */
const fontPxOf = (widthPx: number) => Math.max(10, Math.min(28, Math.round(widthPx / 85)));

/** Every text of a frame's overlay whose width matters, and the font size, so that a caller can measure them beforehand. */
export function overlayTexts(
  frame: PerceptionFrame,
  legend?: readonly LegendEntry[],
): { fontPx: number; words: string[] } {
  const readings = readingsByBox(frame);
  const labels = frame.detections.map((each, index) => boxLabel(each, readings.get(index)));
  const entries = legend ? [...boxEntries(frame, readings), ...legend] : [];
  const words = [...labels, captionOf(frame, 0), ...entries.map((each) => each.words)];
  return { fontPx: fontPxOf(frame.widthPx), words };
}

/**
 * Draws boxes with class, score and distance, readings of signs and lights, the steering angle and the frame's number, the
 * last in the legend if there is one. Labels do not overlap; those without room are omitted and counted.
 */
export function overlaySvg(frame: PerceptionFrame, options: OverlayOptions = {}): Overlay {
  const { widthOf = estimatedTextWidth, legend: others } = options;
  const { widthPx, heightPx } = frame;
  const fontPx = fontPxOf(widthPx);
  const readings = readingsByBox(frame);
  const wheel = steeringSvg(frame, fontPx, widthOf);
  // The caption's area in the picture, if it is not in a legend.
  const caption = { x: 0, y: heightPx - 2 * fontPx, widthPx: 10 * fontPx, heightPx: 2 * fontPx };
  const taken = others ? wheel.areas : [...wheel.areas, caption];
  const { svg: labels, leftOut } = labelsSvg(frame, readings, { fontPx, widthOf, taken });
  const boxes = frame.detections.map((detection, index) =>
    boxSvg(detection, boxColour(detection.className, readings.get(index))),
  );
  const words = captionOf(frame, leftOut);
  const legend: Legend = others
    ? legendSvg([...boxEntries(frame, readings), ...others], words, { widthPx, fontPx, widthOf })
    : { heightPx: 0, svg: captionSvg(words, fontPx) };
  return {
    legendHeightPx: legend.heightPx,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx + legend.heightPx}" font-family="${fontFamily}" font-weight="bold">
${boxes.join('\n')}
${wheel.svg}
${labels}
<g transform="translate(0 ${heightPx})">${legend.svg}</g>
</svg>`,
  };
}

/** The caption at the bottom of the picture; y is 0 at the picture's lower edge. */
const captionSvg = (words: string, fontPx: number) =>
  `<text x="${fontPx}" y="${-fontPx}" font-size="${fontPx}" fill="#ffffff" stroke="#000000" stroke-width="0.4">${escapedXml(words)}</text>`;

const captionOf = ({ frameId }: PerceptionFrame, leftOut: number) =>
  `frame ${frameId}${leftOut === 0 ? '' : `, ${leftOut} labels without room`}`;

/** The classes of the boxes, one entry per class and colour. */
function boxEntries(
  { detections }: PerceptionFrame,
  readings: ReadonlyMap<number, BoxReading>,
): LegendEntry[] {
  const entries = new Map<string, LegendEntry>();
  detections.forEach(({ className }, index) => {
    const colour = boxColour(className, readings.get(index));
    const words = spoken(className);
    const key = `${words} ${colour}`;
    if (!entries.has(key)) entries.set(key, { colour, words, mark: 'box' });
  });
  return [...entries.values()];
}

function boxSvg({ boxPx }: Detection, colour: string): string {
  const { xMin, yMin, xMax, yMax } = boxPx!;
  return `<rect x="${xMin}" y="${yMin}" width="${xMax - xMin}" height="${yMax - yMin}" fill="none" stroke="${colour}" stroke-width="2.5"/>`;
}

interface LabelStyle {
  fontPx: number;
  widthOf: TextWidth;
  /** Areas where no label may be. */
  taken: readonly LabelArea[];
}

function labelsSvg(
  frame: PerceptionFrame,
  readings: ReadonlyMap<number, BoxReading>,
  { fontPx, widthOf, taken }: LabelStyle,
): { svg: string; leftOut: number } {
  const heightPx = Math.round(fontPx * 1.35);
  // The highest score chooses first.
  const order = frame.detections.map((_, index) => index);
  order.sort((a, b) => frame.detections[b]!.score - frame.detections[a]!.score);
  const labels = order.map((index) => {
    const detection = frame.detections[index]!;
    const reading = readings.get(index);
    const words = boxLabel(detection, reading);
    const { xMin, yMin, xMax, yMax } = detection.boxPx!;
    return {
      words,
      colour: boxColour(detection.className, reading),
      widthPx: Math.ceil(widthOf(words, fontPx) * hintingFactor) + 2 * labelPadPx,
      heightPx,
      box: { x: xMin, y: yMin, widthPx: xMax - xMin, heightPx: yMax - yMin },
    };
  });
  const places = placeLabels(labels, frame, taken);
  const drawn = labels.map(({ words, colour, box }, index) => {
    const at = places[index];
    if (at === undefined) return '';
    const text = `<text x="${at.x + labelPadPx}" y="${at.y + Math.round(heightPx * 0.76)}" font-size="${fontPx}" fill="${textColourOn(colour)}">${escapedXml(words)}</text>`;
    const chip = `<rect x="${at.x}" y="${at.y}" width="${at.widthPx}" height="${at.heightPx}" fill="${colour}"/>`;
    return `${leaderSvg(at, box, colour)}${chip}${text}`;
  });
  return { svg: drawn.join('\n'), leftOut: places.filter((at) => at === undefined).length };
}

/** A line from a label to its box if they are apart. */
function leaderSvg(at: LabelArea, box: LabelArea, colour: string): string {
  const line = leaderLine(at, box);
  if (line === undefined) return '';
  return `<path d="M ${line.from.join(' ')} L ${line.to.join(' ')}" stroke="${colour}" stroke-width="1.5"/>`;
}

/** A steering wheel that turns with the angle, the angle in degrees, and the areas of both. */
function steeringSvg(
  { steering, widthPx, heightPx }: PerceptionFrame,
  fontPx: number,
  widthOf: TextWidth,
): { svg: string; areas: LabelArea[] } {
  if (!steering) return { svg: '', areas: [] };
  const degrees = (steering.angleRad * 180) / Math.PI;
  const radius = Math.round(fontPx * 2.9);
  const [x, y] = [widthPx / 2, heightPx - Math.round(radius * 1.45)];
  // Positive is to the left; a wheel turned left turns counter-clockwise, which SVG counts negative.
  const turn = -degrees * 3;
  const words = `${Math.abs(degrees).toFixed(1)}° ${degrees >= 0 ? 'left' : 'right'}${steering.isLimited ? ' (limited)' : ''}`;
  const wordsPx = Math.round(fontPx * 1.2);
  const [wordsX, wordsY] = [x + radius + fontPx, y + Math.round(wordsPx / 3)];
  const svg = `<g transform="rotate(${turn} ${x} ${y})"><circle cx="${x}" cy="${y}" r="${radius}" fill="#101418" fill-opacity="0.35" stroke="#ffffff" stroke-width="${radius / 6}"/>
<path d="M ${x - radius} ${y} L ${x + radius} ${y} M ${x} ${y} L ${x} ${y + radius}" stroke="#ffffff" stroke-width="${radius / 7}"/>
<circle cx="${x}" cy="${y - radius}" r="${radius / 7}" fill="#f72585"/></g>
<text x="${wordsX}" y="${wordsY}" font-size="${wordsPx}" fill="#ffffff" stroke="#000000" stroke-width="0.5">${words}</text>`;
  const outer = radius * 1.2;
  return {
    svg,
    areas: [
      { x: x - outer, y: y - outer, widthPx: 2 * outer, heightPx: 2 * outer },
      { x: wordsX, y: wordsY - wordsPx, widthPx: widthOf(words, wordsPx), heightPx: wordsPx * 1.4 },
    ],
  };
}
