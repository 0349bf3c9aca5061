import { encodeLabelMap } from '../../../../src/codec/image-codec.js';
import { decodeRunLengths } from '../../../../src/perception/segmentation/run-lengths.js';
import { predictedMapsSuffix } from '../../../datasets/prediction-mark.js';
import { ourTruthIds } from '../../../datasets/recording-truth.js';
import { voidClassId } from '../../../datasets/sample.js';
import type { MinedFrame, MinedLayout } from './mined-frame.js';

const split = 'train';

/** CamVid's layout with the predicted maps in a separate folder; corrected ones go into `trainannot`. */
export const segmentationLayout: MinedLayout = {
  folders: [split, `${split}annot`, `${split}${predictedMapsSuffix}`],
  async filesOf(mined) {
    const { stem, file, picture } = mined;
    const { widthPx, heightPx } = picture;
    const map = await encodeLabelMap(classMapOf(mined), widthPx, heightPx);
    return [
      [`${split}/${stem}.${file.ending}`, file.bytes],
      [`${split}${predictedMapsSuffix}/${stem}.png`, map],
    ];
  },
};

/** The network's map at the picture's resolution, in windshield's class ids; void where the network did not look. */
function classMapOf({ frame, picture, lookUp }: MinedFrame): Uint8Array {
  const map = new Uint8Array(picture.widthPx * picture.heightPx).fill(voidClassId);
  const { segmentation } = frame;
  if (segmentation === undefined || lookUp === undefined) return map;
  const { widthPx, heightPx, runLengths, runClasses } = segmentation;
  const ids = ourTruthIds(segmentation.classNames);
  const seen = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
  const places = lookUp.placesFor(picture, widthPx, heightPx);
  for (let pixel = 0; pixel < map.length; pixel++)
    if (places[pixel]! >= 0) map[pixel] = ids[seen[places[pixel]!]!]!;
  return map;
}
