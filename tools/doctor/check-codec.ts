import { decodeImage, encodeJpeg } from '../../src/codec/image-codec.js';
import { amiss, type Finding, fine, reasonOf } from './finding.js';

const sidePx = 64;

/** Encodes one JPEG, the picture format of recordings, and decodes it again. */
export async function checkCodec(): Promise<Finding> {
  const name = 'JPEG codec';
  try {
    const data = new Uint8Array(sidePx * sidePx * 3).fill(120);
    const jpeg = await encodeJpeg({ widthPx: sidePx, heightPx: sidePx, data }, 90);
    const image = await decodeImage(jpeg);
    const isSame = image.widthPx === sidePx && Math.abs(image.data[0]! - 120) <= 2;
    if (isSame) return fine(name, 'writes and reads', true);
    return amiss(
      name,
      'failed',
      'reads another picture than it wrote',
      'reinstall: `npm ci`',
      true,
    );
  } catch (error) {
    return amiss(name, 'failed', reasonOf(error), 'reinstall: `npm ci`', true);
  }
}
