import type { Bundle } from '../../src/bundle/bundle.js';
import type { CandidateOutputSpec } from '../../src/bundle/detection-spec.js';
import type { Adoption, Manifest } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { bundleOf, withGolden } from './adopted-bundle.js';
import { mapClasses, type Unmapped } from './class-map.js';
import { coco91Classes, cocoClasses } from './class-names.js';
import { type Recognised, recogniseDetector } from './detection-families.js';
import { type Feeding, inputSpecOf, plausibleFeedings } from './feeding.js';
import { namesInMetadata } from './metadata.js';
import type { NetworkFile } from './network-file.js';
import { imageInputOf, type Probe, probeNetwork } from './probe.js';
import { TrialNetwork } from './trial-network.js';
import { chooseTrial, type Trial, type TrialPicture, tryDetection } from './try-detection.js';

export interface DetectorChoices {
  /** The family, where the user names it. */
  like?: string | undefined;
  /** The network's classes in its order. */
  classNames?: readonly string[] | undefined;
  classMap?: Readonly<Record<string, string>> | undefined;
  unmapped: Unmapped;
  size?: { widthPx: number; heightPx: number } | undefined;
  /** What is certain of the feeding. */
  feeding: Partial<Feeding>;
  scoreThreshold: number;
  nms: CandidateOutputSpec['nms'];
  maxDetections: number;
  name: string;
  version: string;
  from: string;
  licence: string;
  command: string;
}

export interface AdoptedDetector {
  bundle: Bundle;
  family: string;
  reasons: string[];
  /** Best first; one alone where nothing was tried. */
  trials: Trial[];
  /** The one that the bundle is fed by; undefined where nothing was tried. */
  chosen: Trial | undefined;
  triedOn: Adoption['feedingBy'];
}

/** What is known of a detector before it is tried. */
export interface KnownDetector {
  network: NetworkFile;
  probe: Probe;
  recognised: Recognised;
  decodings: CandidateOutputSpec[];
  reasons: string[];
}

/** Recognises a detector. Throws ERR_BUNDLE, or ERR_USAGE naming the option that would say what the file does not. */
export function knowDetector(network: NetworkFile, choices: DetectorChoices): KnownDetector {
  const probe = probeNetwork(network, imageInputOf(network, choices.size));
  const own = choices.classNames ?? namesInMetadata(network);
  const recognised = recogniseDetector({ network, probe, classCount: own?.length }, choices.like);
  const { names, reason } = namesFor(network, recognised, own, choices.classNames !== undefined);
  const mapped = mapClasses(names, choices.classMap, choices.unmapped);
  const nms = recognised.needsNms ? choices.nms : ({ method: 'none' } as const);
  const { scoreThreshold, maxDetections } = choices;
  const decodings = recognised.readings.map(
    (reading): CandidateOutputSpec => ({
      ...reading,
      ...mapped,
      scoreThreshold,
      nms,
      maxDetections,
    }),
  );
  const { image } = probe;
  const reasons = [
    `input ${image.name}: ${image.dtype}, ${image.layout}, ${image.widthPx}x${image.heightPx}`,
    ...recognised.reasons,
    reason,
  ];
  return { network, probe, recognised, decodings, reasons };
}

function namesFor(
  network: NetworkFile,
  { classCount, family }: Recognised,
  own: readonly string[] | undefined,
  isGiven: boolean,
): { names: readonly string[]; reason: string } {
  if (own !== undefined) {
    if (classCount !== undefined && classCount !== own.length) {
      throw new PerceptionError(
        isGiven ? 'ERR_USAGE' : 'ERR_BUNDLE',
        `${network.name}: expected ${classCount} classes, as many as its outputs have room for, found ${own.length} ${isGiven ? 'by --classes' : 'in its metadata'}`,
      );
    }
    const from = isGiven ? 'as --classes says' : 'as its metadata says';
    return { names: own, reason: `${own.length} classes, ${from}: ${own.slice(0, 4).join(', ')}` };
  }
  if (classCount === 80)
    return {
      names: cocoClasses,
      reason: '80 classes: taken for COCO’s (--classes says otherwise)',
    };
  if (classCount === 91)
    return {
      names: coco91Classes,
      reason: '91 classes: taken for COCO’s original numbering (--classes says otherwise)',
    };
  throw new PerceptionError(
    'ERR_USAGE',
    `${network.name}: expected --classes (coco, coco91, voc, a file, or names with commas): a network of family ${family} does not say what its ${classCount ?? ''} classes are`.replace(
      '  ',
      ' ',
    ),
  );
}

/**
 * Finds out how a detector must be fed, by trying every plausible way on the pictures (with labels: by average
 * precision; without: by steadiness), and makes its bundle. Without pictures it is fed as its family usually is.
 */
export async function adoptDetector(
  known: KnownDetector,
  choices: DetectorChoices,
  pictures: readonly TrialPicture[],
  onTrial?: (done: number, total: number) => void,
): Promise<AdoptedDetector> {
  const { network, probe, recognised, decodings } = known;
  const usual: Feeding = { ...recognised.usualFeeding, ...choices.feeding };
  if (!probe.image.dtype.startsWith('float')) usual.range = '0..255';
  const certain = choices.feeding;
  const feedings = plausibleFeedings(usual, probe.image).filter((feeding) =>
    Object.entries(certain).every(([key, value]) => feeding[key as keyof Feeding] === value),
  );
  const adoption = (feedingBy: Adoption['feedingBy'], reasons: string[]): Adoption => ({
    from: choices.from,
    licence: choices.licence,
    family: recognised.family,
    reasons,
    feedingBy,
    command: choices.command,
  });
  const make = (feeding: Feeding, decode: CandidateOutputSpec, adopted: Adoption): Bundle =>
    bundleOf({
      network,
      probe,
      spec: inputSpecOf(feeding, probe.image),
      decode,
      name: choices.name,
      version: choices.version,
      adopted,
    });
  const first = make(usual, decodings[0]!, adoption('family', []));
  let trials: Trial[] = [];
  const isLabelled = pictures.length > 0 && pictures.every(({ truth }) => truth !== undefined);
  if (pictures.length > 0) {
    const trial = await TrialNetwork.open(first);
    try {
      trials = await tryDetection(trial, probe.image, pictures, {
        feedings,
        decodings,
        triesPadding: certain.padValue === undefined,
        ...(onTrial && { onTrial }),
      });
    } finally {
      await trial.dispose();
    }
  }
  const best = chooseTrial(trials, usual, decodings[0]!);
  if (trials[0]?.score.value === 0) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected one of ${trials.length} ways of feeding to find anything in ${pictures.length} pictures, found none: are --classes and --like right, and do the pictures show those classes?`,
    );
  }
  const feedingBy: Adoption['feedingBy'] =
    best === undefined
      ? Object.keys(certain).length === 4
        ? 'options'
        : 'family'
      : isLabelled
        ? 'labels'
        : 'steadiness';
  const reasons = [...known.reasons, feedingReason(feedingBy, best, pictures.length)];
  const chosen = make(
    best?.feeding ?? usual,
    best?.decode ?? decodings[0]!,
    adoption(feedingBy, reasons),
  );
  const scores: Manifest['scores'] =
    best && isLabelled
      ? {
          [`${pictures.length} pictures that the feeding was chosen on`]: {
            ap50: best.score.value,
            recall: best.score.recall,
            precision: best.score.precision,
          },
        }
      : {};
  const bundle = await withGolden(chosen, scores);
  return { bundle, family: recognised.family, reasons, trials, chosen: best, triedOn: feedingBy };
}

function feedingReason(
  by: Adoption['feedingBy'],
  best: Trial | undefined,
  pictureCount: number,
): string {
  const value = best?.score.value.toFixed(3);
  switch (by) {
    case 'labels':
      return `feeding chosen by average precision ${value} on ${pictureCount} labelled pictures`;
    case 'steadiness':
      return `feeding guessed by the steadiness of the answers on ${pictureCount} pictures without labels: ${value}`;
    case 'options':
      return 'feeding as the options say';
    case 'family':
      return 'feeding as the family is usually fed: nothing was tried (--data, --pictures)';
  }
}
