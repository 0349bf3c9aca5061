import { decodeImage } from '../../src/codec/image-codec.js';
import { isPng, type PngSamples, readPngSamples } from '../../src/codec/png-samples.js';
import { segmentationPaletteRgb } from '../../src/perception/classes.js';
import { voidClassId } from './sample.js';

/** A label map with its own size, pixels. */
export interface LabelMap {
  widthPx: number;
  heightPx: number;
  /** Class ids by pixel, row-major; 255 is void. */
  classMap: Uint8Array;
}

/**
 * CamVid's 32 colours as first published (Brostow et al. 2009, `label_colors.txt`), by the id of our class that they
 * belong to, in the grouping from which SegNet's eleven classes come.
 */
const camvidColours: readonly (readonly [classId: number, ...colours: string[]])[] = [
  [0, '128 128 128'],
  // Building, archway, bridge, tunnel, wall.
  [1, '128 0 0', '192 0 128', '0 128 64', '64 0 64', '64 192 0'],
  // Column or pole, traffic cone.
  [2, '192 192 128', '0 0 64'],
  // Road and its markings.
  [3, '128 64 128', '128 0 192', '192 0 64'],
  // Sidewalk, parking block, road shoulder.
  [4, '0 0 192', '64 192 128', '128 128 192'],
  [5, '128 128 0', '192 192 0'],
  // Sign, text, traffic light.
  [6, '192 128 128', '128 128 64', '0 64 64'],
  [7, '64 64 128'],
  // Car, pickup, truck or bus, train, other moving.
  [8, '64 0 128', '64 128 192', '192 128 192', '192 64 128', '128 64 64'],
  // Pedestrian, child, cart or pram, animal.
  [9, '64 64 0', '192 128 64', '64 0 192', '64 128 64'],
  // Bicyclist, motorcycle or scooter.
  [10, '0 128 192', '192 0 192'],
  [voidClassId, '0 0 0'],
];
const keyOf = (red: number, green: number, blue: number) => (red << 16) | (green << 8) | blue;
/** Our ids by colour: CamVid's as published, and those that we draw in. */
const idsByColour: ReadonlyMap<number, number> = new Map([
  ...segmentationPaletteRgb.map((colour, id) => [keyOf(...colour), id] as const),
  ...camvidColours.flatMap(([id, ...colours]) =>
    colours.map((text) => {
      const [red, green, blue] = text.split(' ').map(Number) as [number, number, number];
      return [keyOf(red, green, blue), id] as const;
    }),
  ),
]);

/** A label map before its ids are interpreted. */
export interface StoredLabels {
  widthPx: number;
  heightPx: number;
  /** Ids by pixel. */
  ids: Uint8Array;
  /** True if the ids are already ours, because colours of a known table gave them. */
  isOurs: boolean;
}

/**
 * Reads ids as they are stored: grey of any depth, palette indices, the first of equal channels. Colours of CamVid's
 * table become our ids. Everything else is refused with an Error that says what was found; the caller names the file.
 */
export async function readStoredLabels(bytes: Uint8Array): Promise<StoredLabels> {
  if (isPng(bytes)) return idsOf(readPngSamples(bytes));
  if (bytes[0] === 0xff && bytes[1] === 0xd8)
    throw new Error('a JPEG, which does not keep ids: expected a PNG');
  const { widthPx, heightPx, data } = await decodeImage(bytes);
  return idsOf({ widthPx, heightPx, bitDepth: 8, channels: 3, samples: Uint16Array.from(data) });
}

function idsOf(png: PngSamples): StoredLabels {
  const { widthPx, heightPx, channels, samples, paletteRgb } = png;
  const size = { widthPx, heightPx };
  if (paletteRgb !== undefined) return { ...size, ...idsOfPalette(samples, paletteRgb) };
  const ids = new Uint8Array(widthPx * heightPx);
  const isColour = channels >= 3 && hasColour(samples, channels);
  for (let i = 0, at = 0; i < ids.length; i++, at += channels) {
    const value = samples[at]!;
    if (!isColour) {
      if (value > 255) throw new Error(`expected ids of 0 to 255, found ${value}`);
      ids[i] = value;
      continue;
    }
    const colour = [value, samples[at + 1]!, samples[at + 2]!] as const;
    // Of 16-bit colours the upper 8 bits count.
    const [red, green, blue] = png.bitDepth === 16 ? colour.map((part) => part >> 8) : colour;
    const id = idsByColour.get(keyOf(red!, green!, blue!));
    if (id === undefined)
      throw new Error(
        `expected ids, or colours of CamVid's table, found the colour ${red} ${green} ${blue}`,
      );
    ids[i] = id;
  }
  return { ...size, ids, isOurs: isColour };
}

function hasColour(samples: Uint16Array, channels: number): boolean {
  for (let at = 0; at < samples.length; at += channels) {
    if (samples[at] !== samples[at + 1] || samples[at] !== samples[at + 2]) return true;
  }
  return false;
}

/**
 * Palette indices are ids, and the colours are for people: VOC's tools, labelme and others write it this way. But
 * programs that compress pictures reorder palettes. So if every colour in use is in CamVid's table, or is a grey
 * with a small value, the colours are the labels. VOC's own palette begins with such a colour by coincidence.
 */
function idsOfPalette(places: Uint16Array, paletteRgb: Uint8Array) {
  const used = [...new Set(places)];
  const colours = used.map((place) => {
    if (place * 3 + 2 >= paletteRgb.length)
      throw new Error(`expected places in a palette of ${paletteRgb.length / 3}, found ${place}`);
    return paletteRgb.subarray(place * 3, place * 3 + 3) as ArrayLike<number> as [
      number,
      number,
      number,
    ];
  });
  const colourIds = colours.map(([red, green, blue]) => idsByColour.get(keyOf(red, green, blue)));
  const isKnown = !isVocPalette(paletteRgb) && colourIds.every((id) => id !== undefined);
  const isNumbers = colours.every(
    ([red, green, blue]) =>
      red === green &&
      red === blue &&
      (red <= segmentationPaletteRgb.length || red === voidClassId),
  );
  const ids = Uint8Array.from(places);
  // A single colour proves nothing.
  if (used.length === 1 || !(isKnown || isNumbers)) return { ids, isOurs: false };
  const meant = new Uint8Array(256);
  used.forEach((place, i) => {
    meant[place] = isNumbers ? colours[i]![0] : colourIds[i]!;
  });
  return { ids: ids.map((place) => meant[place]!), isOurs: !isNumbers };
}

/** Whether it is PASCAL VOC's colour map: the bits of the index, spread over the three colours from the highest bit down. */
function isVocPalette(paletteRgb: Uint8Array): boolean {
  const count = Math.min(paletteRgb.length / 3, 21);
  for (let place = 0; place < count; place++) {
    for (let channel = 0; channel < 3; channel++) {
      let value = 0;
      for (let bit = 0; bit < 3; bit++) value |= ((place >> (3 * bit + channel)) & 1) << (7 - bit);
      if (paletteRgb[place * 3 + channel] !== value) return false;
    }
  }
  return count > 1;
}
