import { brightestOf16Bits, imageSize } from './image-codec.js';

/** If a 16-bit picture's brightest value is below this share of the range, the camera has at most 12 bits. */
const darkestShare = 1 / 16;

/** How EXIF says a picture is to be turned for display, by orientation (TIFF 6.0, tag 274). */
const orientations: Readonly<Record<number, string>> = {
  2: 'mirrored',
  3: 'turned by 180 degrees',
  4: 'mirrored and turned by 180 degrees',
  5: 'mirrored and turned by 90 degrees to the left',
  6: 'turned by 90 degrees to the right',
  7: 'mirrored and turned by 90 degrees to the right',
  8: 'turned by 90 degrees to the left',
};

/**
 * What the user should know about a picture file whose pixels are used as stored: an EXIF orientation that is not
 * applied, or 16 bits of which the upper four are empty, so that the picture looks like night. The text follows a name:
 * "frame0.png: ...". Undefined if there is nothing to report; never rejects.
 */
export async function pictureNote(path: string): Promise<string | undefined> {
  try {
    const { orientation, widthPx, heightPx } = await imageSize(path);
    const turn = orientations[orientation];
    if (turn !== undefined)
      return `EXIF says that it is to be shown ${turn}; pixels are taken as they are stored, ${widthPx}x${heightPx}`;
    const brightest = await brightestOf16Bits(path);
    if (brightest === undefined || brightest >= 65_536 * darkestShare) return undefined;
    return `its brightest pixel is ${brightest} of 65535, as of a camera of 12 bits or fewer: the upper 8 bits are taken, and the networks see night; scale it to all 16 bits`;
  } catch {
    return undefined;
  }
}
