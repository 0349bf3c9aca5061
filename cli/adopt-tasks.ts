import type { Bundle } from '../src/bundle/bundle.js';
import type { OutputSpec } from '../src/bundle/output-spec.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { AdoptedNetwork, AdoptionChoices } from '../tools/adopt/adopt-network.js';
import type { SeenPicture } from '../tools/adopt/contact-sheet.js';
import type { NetworkFile } from '../tools/adopt/network-file.js';
import type { AdoptFlags } from './adopt-flags.js';
import { namedValue } from './adopt-steering-flags.js';

/** A recognised network, and how to test and adopt it. */
export interface PreparedAdoption {
  family: string;
  reasons: readonly string[];
  adopt(onTrial: (done: number, total: number) => void): Promise<AdoptedNetwork<OutputSpec>>;
  /** Tests the bundle on a drive before it is written; returns the outcome in words and for the manifest. */
  prove?: (bundle: Bundle) => Promise<{ told: string; score: Bundle['manifest']['scores'] }>;
  /** Draws the bundle's answers on up to 16 of the pictures; undefined if there are none to draw. */
  seen?: (bundle: Bundle) => Promise<SeenPicture[]>;
}

/** Frames of a drive on which a steering network is checked, spread evenly. */
const checkedFrames = 240;

type Prepare = (
  network: NetworkFile,
  choices: AdoptionChoices,
  flags: AdoptFlags,
) => Promise<PreparedAdoption>;

/** How to adopt a network of each task, by `--task`. */
export const adoptionTasks: Readonly<Record<AdoptFlags['task'], Prepare>> = {
  async detection(network, choices, flags) {
    const { adoptDetector, knowDetector } = await import('../tools/adopt/adopt-detector.js');
    const { anchorLevels } = await import('../tools/adopt/families/anchors.js');
    const { labelledPictures, plainPictures } = await import('../tools/adopt/trial-pictures.js');
    const own = {
      ...choices,
      like: flags.like,
      anchorsPx: flags.anchors && anchorLevels(flags.anchors),
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
  async steering(network, choices, flags) {
    const { adoptSteering, knowSteering } = await import('../tools/adopt/adopt-steering.js');
    const { checkSteering } = await import('../tools/adopt/check-steering.js');
    const { drivenPictures } = await import('../tools/adopt/trial-pictures.js');
    const { openDataset } = await import('../tools/datasets/open-dataset.js');
    if (flags.pictures !== undefined)
      throw new PerceptionError('ERR_USAGE', 'expected --data with steering, found --pictures');
    const own = {
      ...choices,
      angle: flags.output === undefined ? undefined : namedValue(flags.output),
      throttle: flags.throttle,
      radPerUnit: flags.perUnit,
      positive: flags.positive,
      bins: flags.bins,
      maxAngleRad: flags.maxAngle,
      maxRateRadPerS: flags.maxRate,
      wheelbaseM: flags.wheelbase,
    };
    const known = knowSteering(network, own);
    const drive =
      flags.check === undefined
        ? undefined
        : await openDataset('recording', flags.check, { task: 'steering' });
    const pictures = await picturesFor(flags, drivenPictures, async () => [], 200);
    return {
      family: known.family,
      reasons: known.reasons,
      adopt: (onTrial) => adoptSteering(known, own, pictures, onTrial),
      ...(drive !== undefined && {
        prove: async (bundle: Bundle) => {
          const { told, frames, correlation } = await checkSteering(bundle, drive, checkedFrames);
          return { told, score: { [`${drive.name}, ${frames} frames`]: { correlation } } };
        },
      }),
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
  usualCount = 24,
): Promise<Picture[]> {
  const count = flags.limit ?? usualCount;
  if (flags.data !== undefined) {
    if (flags.format === undefined)
      throw new PerceptionError('ERR_USAGE', 'expected --format with --data, found none');
    return labelled(flags.data, flags.format, flags.split, count);
  }
  return flags.pictures === undefined ? [] : plain(flags.pictures, count);
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
