import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import { boxColour, boxLabel } from './box-label.js';
import { readingsByBox } from './box-reading.js';

const labelHeightPx = 20;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * Boxes with class, score and track, what signs and lights say, the steering angle and the frame's number, as an SVG
 * document of the frame's size.
 */
export function overlaySvg(frame: PerceptionFrame): string {
  const { widthPx, heightPx } = frame;
  const readings = readingsByBox(frame);
  const boxes = frame.detections.map((detection, index) => {
    const box = detection.boxPx!;
    const reading = readings.get(index);
    const colour = boxColour(detection.className, reading);
    const words = boxLabel(detection, reading);
    const labelWidthPx = words.length * 9.4 + 8;
    const x = Math.min(box.xMin, widthPx - labelWidthPx);
    const y = Math.max(0, box.yMin - labelHeightPx);
    return `<rect x="${box.xMin}" y="${box.yMin}" width="${box.xMax - box.xMin}" height="${box.yMax - box.yMin}" fill="none" stroke="${colour}" stroke-width="2.5"/>
<rect x="${x}" y="${y}" width="${labelWidthPx}" height="${labelHeightPx}" fill="${colour}"/>
<text x="${x + 4}" y="${y + 15}" font-size="15" fill="#101418">${escaped(words)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" font-family="DejaVu Sans, Arial, sans-serif" font-weight="600">
${boxes.join('\n')}
${steeringSvg(frame)}
</svg>`;
}

/** An arc like a steering wheel's rim with a mark that turns with it, and the angle in degrees. */
function steeringSvg({ steering, widthPx, heightPx, frameId }: PerceptionFrame): string {
  const caption = `<text x="14" y="${heightPx - 14}" font-size="15" fill="#ffffff" stroke="#000000" stroke-width="0.4">frame ${frameId}</text>`;
  if (!steering) return caption;
  const degrees = (steering.angleRad * 180) / Math.PI;
  const [x, y, radius] = [widthPx / 2, heightPx - 64, 44];
  // Positive is to the left; a wheel turned left turns counter-clockwise, which SVG counts negative.
  const turn = -degrees * 3;
  const words = `${Math.abs(degrees).toFixed(1)}° ${degrees >= 0 ? 'left' : 'right'}${steering.isLimited ? ' (limited)' : ''}`;
  return `${caption}
<g transform="rotate(${turn} ${x} ${y})"><circle cx="${x}" cy="${y}" r="${radius}" fill="#101418" fill-opacity="0.35" stroke="#ffffff" stroke-width="7"/>
<path d="M ${x - radius} ${y} L ${x + radius} ${y} M ${x} ${y} L ${x} ${y + radius}" stroke="#ffffff" stroke-width="6"/>
<circle cx="${x}" cy="${y - radius}" r="6" fill="#f72585"/></g>
<text x="${x + radius + 14}" y="${y + 6}" font-size="18" fill="#ffffff" stroke="#000000" stroke-width="0.5">${words}</text>`;
}
