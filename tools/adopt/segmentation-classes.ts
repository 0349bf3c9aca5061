import { z } from 'zod';
import type { SegmentationOutputSpec } from '../../src/bundle/segmentation-spec.js';
import { readInputText } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { segmentationPaletteOf } from '../../src/perception/classes.js';
import { parseYaml } from '../../src/text/yaml-document.js';

type Rgb = [number, number, number];

/** Our classes for names in other sets (Cityscapes, Mapillary, ADE20K), in SegNet's grouping of CamVid's 32. */
const usualNames: Readonly<Record<string, string>> = {
  sidewalk: 'pavement',
  vegetation: 'tree',
  person: 'pedestrian',
  rider: 'bicyclist',
  bicycle: 'bicyclist',
  wall: 'building',
  'traffic sign': 'sign_symbol',
  'traffic light': 'sign_symbol',
  truck: 'car',
  bus: 'car',
};

export interface SegmentationClassChoices {
  /** Published class for each of the network's; classes not listed get their usual names. */
  classMap?: Readonly<Record<string, string>> | undefined;
  drivable?: readonly string[] | undefined;
  palette?: Readonly<Record<string, Rgb>> | undefined;
}

/** Classes, merging, palette and drivable classes of a decoding. Throws ERR_USAGE for unknown names. */
export function publishedClasses(
  names: readonly string[],
  { classMap, drivable, palette = {} }: SegmentationClassChoices,
): Pick<SegmentationOutputSpec, 'classes' | 'channelClasses' | 'paletteRgb' | 'drivable'> {
  requireKnown('--map', Object.keys(classMap ?? {}), names);
  const wanted = classMap ?? usualNames;
  const published = names.map((name) => (Object.hasOwn(wanted, name) ? wanted[name]! : name));
  const classes = [...new Set(published)];
  if (classes.length < 2)
    throw new PerceptionError(
      'ERR_USAGE',
      `--map: expected at least two classes, found ${classes}`,
    );
  requireKnown('--drivable', drivable ?? [], classes);
  requireKnown('--palette', Object.keys(palette), classes);
  const usual = segmentationPaletteOf(classes);
  return {
    classes,
    ...(classes.length < names.length && {
      channelClasses: published.map((name) => classes.indexOf(name)),
    }),
    paletteRgb: classes.map((name, id): Rgb => {
      const [red, green, blue] = usual[id]!;
      return palette[name] ?? [red, green, blue];
    }),
    drivable: [...(drivable ?? classes.filter((name) => name === 'road'))],
  };
}

function requireKnown(option: string, found: readonly string[], known: readonly string[]): void {
  const stray = found.find((name) => !known.includes(name));
  if (stray === undefined) return;
  const list = known.slice(0, 12).join(', ');
  throw new PerceptionError(
    'ERR_USAGE',
    `${option}: expected names of ${list}${known.length > 12 ? ', …' : ''}, found ${JSON.stringify(stray)}`,
  );
}

const level = z.int().min(0).max(255);
const paletteSchema = z.strictObject({
  palette: z.record(z.string(), z.tuple([level, level, level])),
});

/** Reads `palette: {road: [128, 64, 128], …}`. Throws ERR_USAGE. */
export function readPalette(path: string): Record<string, Rgb> {
  const text = readInputText(path, { code: 'ERR_USAGE', what: 'a palette' });
  const checked = paletteSchema.safeParse(
    parseYaml(text, { where: path, code: 'ERR_USAGE' }).value,
  );
  if (checked.success) return checked.data.palette;
  throw new PerceptionError(
    'ERR_USAGE',
    `--palette: expected a file with palette: {class: [red, green, blue]}, found another: ${path}`,
    { cause: checked.error },
  );
}
