import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { SegmentationOutputSpec } from '../../src/bundle/segmentation-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import { type RgbImage, voidClassId } from '../datasets/sample.js';
import { createConfusionMatrix } from '../evaluate/confusion-matrix.js';
import {
  comparableClasses,
  countClassMap,
  segmentationScores,
} from '../evaluate/segmentation-scores.js';
import { movedBy } from './moved-picture.js';
import type { TrialScore } from './trial.js';
import type { TrialNetwork } from './trial-network.js';

/** A picture to try a segmentation network on; `truth` holds our class ids, 255 for void. */
export interface MaskPicture {
  id: string;
  image: RgbImage;
  truth?: Uint8Array;
}

const shiftPx = 6;

/**
 * Scores a segmentation network on `pictures`: mIoU over the classes that it shares with the labels; without labels the
 * share of the pixels it sees that keep their class when the picture moves, times the share outside the commonest class,
 * because one class everywhere is steady but useless. Throws ERR_BUNDLE if it shares no class with the labels.
 */
export function scoreSegmentation(pictures: readonly MaskPicture[], where: string) {
  return async (
    network: TrialNetwork,
    spec: InputSpec,
    decode: SegmentationOutputSpec,
  ): Promise<TrialScore> => {
    /** The class of each pixel of a picture; 255 if the network does not see the pixel. */
    const read = async (image: RgbImage, lookUp: MapLookUp): Promise<Uint8Array> => {
      const result = await network.run(image, spec, decode);
      if (result.stage !== 'segmentation')
        throw new PerceptionError('ERR_INTERNAL', `expected a class map, found ${result.stage}`);
      const { widthPx, heightPx, runLengths, runClasses } = result.segmentation;
      const map = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
      const places = lookUp.placesFor(image, widthPx, heightPx);
      return Uint8Array.from(places, (place) => (place < 0 ? voidClassId : map[place]!));
    };
    const plain = new MapLookUp(spec, undefined);
    if (pictures.every(({ truth }) => truth !== undefined)) {
      const { answerIds, truthIds, names } = comparableClasses(decode.classes, where);
      const confusion = createConfusionMatrix(names.length + 1);
      for (const { image, truth } of pictures) {
        const seen = await read(image, plain);
        const wanted = truth!.map((id, i) =>
          seen[i] === voidClassId ? voidClassId : truthIds[id]!,
        );
        const found = seen.map((id) => answerIds[id] ?? names.length);
        countClassMap(confusion, wanted, found);
      }
      const { mIoU, pixelAccuracy } = segmentationScores(confusion, names);
      return { value: mIoU, parts: { 'pixel accuracy': pixelAccuracy } };
    }
    const moved = new MapLookUp(spec, undefined);
    let same = 0;
    let all = 0;
    const counts = new Float64Array(256);
    for (const { image } of pictures) {
      const before = await read(image, plain);
      const shifted = movedBy(image, shiftPx);
      const after = await read(shifted, moved);
      for (let row = 0, at = 0; row < shifted.heightPx; row++) {
        for (let column = 0; column < shifted.widthPx; column++, at++) {
          const id = before[(row + shiftPx) * image.widthPx + column + shiftPx]!;
          // Pixels beside the region are always alike, and would be the commonest class.
          if (id === voidClassId || after[at] === voidClassId) continue;
          counts[id]! += 1;
          all++;
          if (id === after[at]) same++;
        }
      }
    }
    const agreement = all === 0 ? 0 : same / all;
    const variety = all === 0 ? 0 : 1 - Math.max(...counts) / all;
    return { value: agreement * variety, parts: { 'same class': agreement, variety } };
  };
}
