import { brightestOf16Bits, imageSize } from './image-codec.js';

/** Below this share of its range a picture of 16 bits was taken by a camera of twelve or fewer. */
const darkestShare = 1 / 16;

/** Ways in which EXIF says that a picture is to be turned before people look at it (TIFF 6.0, tag 274). */
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
 * What a person should know of a picture file that is decoded as it is stored: an EXIF orientation that is not
 * applied, or 16 bits of which the upper four stay empty, so that the picture comes out as night. The text goes behind
 * a name: "frame0.png: ...". Undefined where there is nothing; never rejects.
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
