import type { RgbImage } from '../../datasets/sample.js';
import { voidClassId } from '../../datasets/sample.js';
import { exactUri, loadAgain, photoUri } from '../../page/picture-uri.js';
import type { ObservationOf } from '../observation.js';
import { colourOf, segmentationSections, type WorstFrame } from '../page/segmentation-sections.js';
import type { FindingsCollector } from './findings.js';
import { SegmentationTally } from './segmentation-details.js';

const mostWorst = 6;
const shownWidthPx = 320;

/** Collects what a segmentation network's report shows besides the scores. */
export function collectSegmentation(): FindingsCollector<'segmentation'> {
  const tally = new SegmentationTally(mostWorst);
  return {
    observe: (observation) => tally.add(observation),
    async finish() {
      const details = tally.details();
      const { classes, frames } = details;
      const right = details.confusion.reduce((sum, row, id) => sum + row[id]!, 0);
      const all = details.confusion.flat().reduce((sum, count) => sum + count, 0);
      const mIoU = classes.reduce((sum, { iou }) => sum + iou, 0) / Math.max(1, classes.length);
      const weakest = classes.toSorted((a, b) => a.iou - b.iou)[0];
      const worst = await Promise.all(tally.worst.map(pictured));
      return {
        details,
        tiles: [
          { name: 'mIoU', value: mIoU.toFixed(3) },
          { name: 'pixel accuracy', value: (right / Math.max(1, all)).toFixed(3) },
          { name: 'classes', value: `${classes.length} of ${details.judged.length}` },
          { name: 'weakest', value: weakest ? weakest.name.replaceAll('_', ' ') : '–' },
          { name: 'frames', value: `${frames.length}` },
        ],
        sections: segmentationSections(details, worst),
      };
    },
  };
}

async function pictured({ seen, frame }: SegmentationTally['worst'][number]): Promise<WorstFrame> {
  const image = await loadAgain(seen.sample);
  return {
    ...frame,
    picture: image && (await photoUri(image, shownWidthPx)),
    truth: await exactUri(paintMap(seen, seen.truth)),
    // The answer is not shown for pixels without truth: they were not scored.
    predicted: await exactUri(
      paintMap(
        seen,
        seen.predicted.map((classId, i) => (seen.truth[i] === voidClassId ? voidClassId : classId)),
      ),
    ),
  };
}

/** Paints a class map in the page's colours, void black, every n-th pixel, so that it is no wider than displayed. */
function paintMap(
  { widthPx, heightPx, classes }: ObservationOf['segmentation'],
  map: Uint8Array,
): RgbImage {
  const coloursRgb = classes.map(colourOf);
  const step = Math.max(1, Math.ceil(widthPx / shownWidthPx));
  const [columns, rows] = [Math.ceil(widthPx / step), Math.ceil(heightPx / step)];
  const data = new Uint8Array(columns * rows * 3);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to += 3) {
      const classId = map[row * step * widthPx + column * step]!;
      data.set(coloursRgb[classId] ?? [0, 0, 0], to);
    }
  }
  return { widthPx: columns, heightPx: rows, data };
}
