import { encodePng } from '../../../../src/codec/image-codec.js';
import type { RgbImage } from '../../../datasets/sample.js';
import { type BoxXyxyPx, boxOf } from '../../../verdict/match-detections.js';
import type { MinedLayout } from './mined-frame.js';

/** GTSRB leaves a margin of a tenth of the sign's size around it, at least five pixels. */
const margin = { share: 0.1, leastPx: 5 } as const;
/** For signs on which the network abstained. */
const unknownFolder = 'unknown';

/** Crops of single signs, one folder per class. They are moved to `labelled/<class>`, which forms its own set. */
export const signsLayout: MinedLayout = {
  folders: ['predicted', 'labelled'],
  async filesOf({ drive, stem, picture, frame, file }) {
    const files: [string, Uint8Array][] = [[`context/frames/${stem}.${file.ending}`, file.bytes]];
    for (const [place, sign] of frame.signs.entries()) {
      if (sign.isRemembered) continue;
      const crop = cropOf(picture, boxOf(sign.boxPx));
      if (crop === undefined) continue;
      const folder = sign.classId < 0 ? unknownFolder : encodeURIComponent(sign.className);
      // The part before the last `_` is the track: one sign, seen many times.
      const track = sign.trackId > 0 ? `track${sign.trackId}` : `frame${frame.frameId}.${place}`;
      const name = `${drive}-${track}_${frame.frameId}.png`;
      files.push([`predicted/${folder}/${name}`, await encodePng(crop)]);
    }
    return files;
  },
};

/** A sign with its margin, clipped to the picture; undefined if nothing is left. */
function cropOf(
  { data, widthPx, heightPx }: RgbImage,
  [left, top, right, bottom]: BoxXyxyPx,
): RgbImage | undefined {
  const spare = (edge: number) => Math.max(margin.leastPx, edge * margin.share);
  const x0 = Math.max(0, Math.floor(left - spare(right - left)));
  const y0 = Math.max(0, Math.floor(top - spare(bottom - top)));
  const x1 = Math.min(widthPx, Math.ceil(right + spare(right - left)));
  const y1 = Math.min(heightPx, Math.ceil(bottom + spare(bottom - top)));
  if (x1 - x0 < 1 || y1 - y0 < 1) return undefined;
  const crop = new Uint8Array((x1 - x0) * (y1 - y0) * 3);
  for (let y = y0; y < y1; y++)
    crop.set(
      data.subarray((y * widthPx + x0) * 3, (y * widthPx + x1) * 3),
      (y - y0) * (x1 - x0) * 3,
    );
  return { widthPx: x1 - x0, heightPx: y1 - y0, data: crop };
}
