import { predictionMark } from '../../../datasets/prediction-mark.js';
import { escaped } from '../../../page/svg.js';
import { boxOf } from '../../../verdict/match-detections.js';
import type { MinedFrame, MinedLayout } from './mined-frame.js';

/** Pascal VOC: labelling tools open it directly, and what they save no longer has the mark of a prediction. */
export const detectionLayout: MinedLayout = {
  folders: ['images', 'annotations'],
  async filesOf(mined) {
    const { stem, file } = mined;
    return [
      [`images/${stem}.${file.ending}`, file.bytes],
      [`annotations/${stem}.xml`, annotation(mined)],
    ];
  },
};

function annotation({ stem, file, picture, frame }: MinedFrame): string {
  const objects = frame.detections.map(({ className, score, boxPx }) => {
    const [left, top, right, bottom] = boxOf(boxPx);
    const edges = [
      ['xmin', Math.max(0, left)],
      ['ymin', Math.max(0, top)],
      ['xmax', Math.min(picture.widthPx, right)],
      ['ymax', Math.min(picture.heightPx, bottom)],
    ] as const;
    const box = edges.map(([name, px]) => `<${name}>${Math.round(px)}</${name}>`).join('');
    return `  <object><name>${escaped(className)}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult><confidence>${score.toFixed(3)}</confidence><bndbox>${box}</bndbox></object>\n`;
  });
  const { widthPx, heightPx } = picture;
  return `<annotation>
  <folder>images</folder>
  <filename>${escaped(`${stem}.${file.ending}`)}</filename>
  <source><annotation>${predictionMark}</annotation></source>
  <size><width>${widthPx}</width><height>${heightPx}</height><depth>3</depth></size>
  <segmented>0</segmented>
${objects.join('')}</annotation>
`;
}
