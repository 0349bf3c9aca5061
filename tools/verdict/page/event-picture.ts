import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { readingsByBox } from '../../../src/viewer/box-reading.js';
import { boxIou } from '../../datasets/box-geometry.js';
import { at, escaped } from '../../page/svg.js';
import { boxOf } from '../match-detections.js';
import { spokenClass, spokenDegrees } from '../words.js';

/** One run's results for a frame, drawn over the frame's picture, which the page contains once under the id `pictureId`. */
export function eventPicture(
  frame: PerceptionFrame,
  pictureId: string | undefined,
  pointedAt: readonly [number, number, number, number] | undefined,
  title: string,
): string {
  const { widthPx, heightPx } = frame;
  const fontPx = Math.max(widthPx, heightPx) / 36;
  const parts = [
    pictureId === undefined
      ? `<rect class="track" width="${widthPx}" height="${heightPx}"/>`
      : `<use href="#${pictureId}"/>`,
  ];
  const readings = readingsByBox(frame);
  frame.detections.forEach((detection, index) => {
    const [left, top, right, bottom] = boxOf(detection.boxPx);
    const reading = readings.get(index);
    const name = `${spokenClass(reading?.name ?? detection.className)} ${(reading?.probability ?? detection.score).toFixed(2)}`;
    const y = top > fontPx * 1.2 ? top - fontPx * 0.3 : bottom + fontPx;
    const isNamed =
      bottom - top > heightPx / 12 ||
      (pointedAt !== undefined && boxIou(pointedAt, [left, top, right, bottom]) > 0.3);
    const x = Math.max(0, Math.min(left, widthPx - name.length * fontPx * 0.6));
    parts.push(
      `<g><title>${escaped(name)}</title><rect class="box found" x="${at(left)}" y="${at(top)}" width="${at(right - left)}" height="${at(bottom - top)}"/></g>`,
      // Small objects get only a frame: overlapping names cannot be read.
      isNamed
        ? `<text x="${at(x)}" y="${at(y)}" font-size="${at(fontPx)}">${escaped(name)}</text>`
        : '',
    );
  });
  if (pointedAt !== undefined) {
    const [left, top, right, bottom] = pointedAt;
    const room = fontPx / 2;
    parts.push(
      `<rect class="box false" x="${at(left - room)}" y="${at(top - room)}" width="${at(right - left + 2 * room)}" height="${at(bottom - top + 2 * room)}"/>`,
    );
  }
  if (frame.steering !== undefined)
    parts.push(
      `<text x="${at(fontPx / 2)}" y="${at(heightPx - fontPx / 2)}" font-size="${at(fontPx)}">steering ${spokenDegrees(frame.steering.angleRad)}</text>`,
    );
  return `<svg viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${escaped(title)}">${parts.join('')}</svg>`;
}
