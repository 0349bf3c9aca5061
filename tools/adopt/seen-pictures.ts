import type { Bundle } from '../../src/bundle/bundle.js';
import { isDetection } from '../../src/bundle/output-spec.js';
import type { SeenPicture } from './contact-sheet.js';
import { foundBoxes } from './score-detection.js';
import { TrialNetwork } from './trial-network.js';
import type { TrialPicture } from './try-detection.js';

/** What a bundle's detector sees in pictures, as it will on the rig. */
export async function seenPictures(
  bundle: Bundle,
  pictures: readonly TrialPicture[],
): Promise<SeenPicture[]> {
  const { decode, input } = bundle.manifest;
  const network = await TrialNetwork.open(bundle);
  const seen: SeenPicture[] = [];
  try {
    for (const { id, image } of pictures) {
      const result = await network.run(image, input.spec, decode);
      const isBoxes = result.stage === 'detection' && isDetection(decode);
      seen.push({ id, image, found: isBoxes ? foundBoxes(result.detections, decode) : [] });
    }
  } finally {
    await network.dispose();
  }
  return seen;
}
