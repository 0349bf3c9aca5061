import type { Bundle } from '../../src/bundle/bundle.js';
import { isDetection } from '../../src/bundle/output-spec.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import type { RgbImage } from '../datasets/sample.js';
import type { SeenPicture } from './contact-sheet.js';
import { foundBoxes } from './score-detection.js';
import { TrialNetwork } from './trial-network.js';

/** Runs a bundle's network on pictures as on the rig: returns boxes, or a class map drawn over the picture. */
export async function seenPictures(
  bundle: Bundle,
  pictures: readonly { id: string; image: RgbImage }[],
): Promise<SeenPicture[]> {
  const { decode, input } = bundle.manifest;
  const network = await TrialNetwork.open(bundle);
  const seen: SeenPicture[] = [];
  try {
    for (const { id, image } of pictures) {
      const result = await network.run(image, input.spec, decode);
      if (result.stage === 'segmentation' && decode.kind === 'segmentation') {
        const { widthPx, heightPx, runLengths, runClasses } = result.segmentation;
        const map = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
        const places = new MapLookUp(input.spec, undefined).placesFor(image, widthPx, heightPx);
        const data = image.data.map((level, i) => {
          const place = places[Math.floor(i / 3)]!;
          const shade = place < 0 ? 0 : decode.paletteRgb[map[place]!]![i % 3]!;
          return (level + shade) / 2;
        });
        seen.push({ id, image: { ...image, data } });
        continue;
      }
      const isBoxes = result.stage === 'detection' && isDetection(decode);
      seen.push({ id, image, found: isBoxes ? foundBoxes(result.detections, decode) : [] });
    }
  } finally {
    await network.dispose();
  }
  return seen;
}
