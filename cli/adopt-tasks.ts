import type { Bundle } from '../src/bundle/bundle.js';
import type { OutputSpec } from '../src/bundle/output-spec.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { AdoptedNetwork, AdoptionChoices } from '../tools/adopt/adopt-network.js';
import type { SeenPicture } from '../tools/adopt/contact-sheet.js';
import type { NetworkFile } from '../tools/adopt/network-file.js';
import type { AdoptFlags } from './adopt-flags.js';

/** A network that was recognised, and how it is tried and adopted. */
export interface PreparedAdoption {
  family: string;
  reasons: readonly string[];
  adopt(onTrial: (done: number, total: number) => void): Promise<AdoptedNetwork<OutputSpec>>;
  /** What the bundle sees in up to 16 of the pictures; undefined where there are none to draw. */
  seen?: (bundle: Bundle) => Promise<SeenPicture[]>;
}

type Prepare = (
  network: NetworkFile,
  choices: AdoptionChoices,
  flags: AdoptFlags,
) => Promise<PreparedAdoption>;

/** How a network of each task is adopted, by `--task`. */
export const adoptionTasks: Readonly<Record<AdoptFlags['task'], Prepare>> = {
  async detection(network, choices, flags) {
    const { adoptDetector, knowDetector } = await import('../tools/adopt/adopt-detector.js');
    const { labelledPictures, plainPictures } = await import('../tools/adopt/trial-pictures.js');
    const own = {
      ...choices,
      like: flags.like,
      ...(await classChoices(flags)),
      unmapped: flags.unmapped,
      scoreThreshold: flags.threshold,
      nms: nmsOf(flags),
      maxDetections: 100,
    };
    const known = knowDetector(network, own);
    const pictures = await picturesFor(flags, labelledPictures, plainPictures);
    return {
      family: known.family,
      reasons: known.reasons,
      adopt: (onTrial) => adoptDetector(known, own, pictures, onTrial),
      ...sheetOf(pictures),
    };
  },
  async segmentation(network, choices, flags) {
    const { adoptSegmentation, knowSegmentation } = await import(
      '../tools/adopt/adopt-segmentation.js'
    );
    const { readPalette } = await import('../tools/adopt/segmentation-classes.js');
    const { maskedPictures, plainPictures } = await import('../tools/adopt/trial-pictures.js');
    const own = {
      ...choices,
      ...(await classChoices(flags)),
      output: flags.output,
      drivable: flags.drivable?.split(',').map((name) => name.trim()),
      palette: flags.palette === undefined ? undefined : readPalette(flags.palette),
    };
    const known = knowSegmentation(network, own);
    const pictures = await picturesFor(flags, maskedPictures, plainPictures);
    return {
      family: known.family,
      reasons: known.reasons,
      adopt: (onTrial) => adoptSegmentation(known, own, pictures, onTrial),
      ...sheetOf(pictures),
    };
  },
  signs: (network, choices, flags) => cropClassifier(network, choices, flags, 'signs'),
  lights: (network, choices, flags) => cropClassifier(network, choices, flags, 'lights'),
};

async function cropClassifier(
  network: NetworkFile,
  choices: AdoptionChoices,
  flags: AdoptFlags,
  kind: 'signs' | 'lights',
): Promise<PreparedAdoption> {
  const { adoptCropClassifier, knowCropClassifier } = await import('../tools/adopt/adopt-crops.js');
  const { labelledCrops } = await import('../tools/adopt/trial-pictures.js');
  if (flags.pictures !== undefined)
    throw new PerceptionError('ERR_USAGE', `expected --data with ${kind}, found --pictures`);
  const from = flags.cropFrom ?? (kind === 'signs' ? 'traffic_sign' : 'traffic_light');
  const { classNames } = await classChoices(flags);
  const own = {
    ...choices,
    kind,
    classNames,
    cropFrom: from.split(',').map((name) => name.trim()),
    cropMarginNorm: flags.cropMargin,
    isMultiLabel: flags.multiLabel ?? false,
    abstainBelow: flags.abstainBelow,
    output: flags.output,
  };
  const known = knowCropClassifier(network, own);
  const pictures = await picturesFor(flags, labelledCrops, async () => []);
  return {
    family: known.family,
    reasons: known.reasons,
    adopt: (onTrial) => adoptCropClassifier(known, own, pictures, onTrial),
  };
}

async function classChoices({ classes, map }: AdoptFlags) {
  const { readClassMap, readClassNames } = await import('../tools/adopt/class-names.js');
  return {
    classNames: classes === undefined ? undefined : readClassNames(classes),
    classMap: map === undefined ? undefined : readClassMap(map),
  };
}

async function picturesFor<Picture>(
  flags: AdoptFlags,
  labelled: (
    data: string,
    format: string,
    split: string | undefined,
    n: number,
  ) => Promise<Picture[]>,
  plain: (folder: string, n: number) => Promise<Picture[]>,
): Promise<Picture[]> {
  if (flags.data !== undefined) {
    if (flags.format === undefined)
      throw new PerceptionError('ERR_USAGE', 'expected --format with --data, found none');
    return labelled(flags.data, flags.format, flags.split, flags.limit);
  }
  return flags.pictures === undefined ? [] : plain(flags.pictures, flags.limit);
}

function sheetOf(
  pictures: readonly { id: string; image: SeenPicture['image'] }[],
): Pick<PreparedAdoption, 'seen'> {
  if (pictures.length === 0) return {};
  return {
    seen: async (bundle) => {
      const { seenPictures } = await import('../tools/adopt/seen-pictures.js');
      return seenPictures(bundle, pictures.slice(0, 16));
    },
  };
}

function nmsOf({ nms, nmsIou, nmsAcrossClasses }: AdoptFlags) {
  const byClass = !nmsAcrossClasses;
  return nms === 'soft'
    ? { method: 'soft' as const, sigma: 0.5, byClass }
    : { method: 'hard' as const, iou: nmsIou, byClass };
}
