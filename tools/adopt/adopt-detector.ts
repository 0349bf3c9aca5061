import type { CandidateOutputSpec } from '../../src/bundle/detection-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import {
  type AdoptedNetwork,
  type AdoptionChoices,
  adoptNetwork,
  type KnownNetwork,
  type TrialGround,
} from './adopt-network.js';
import { mapClasses, type Unmapped } from './class-map.js';
import { coco91Classes, cocoClasses } from './class-names.js';
import { recogniseDetector } from './detection-families.js';
import type { AnchorsPx } from './families/anchors.js';
import type { Recognised } from './families/family.js';
import { namesInMetadata } from './metadata.js';
import type { NetworkFile } from './network-file.js';
import { imageInputOf, inputReason, probeNetwork } from './probe.js';
import { scoreDetector, type TrialPicture } from './try-detection.js';

export interface DetectorChoices extends AdoptionChoices {
  /** The family, if the user names it. */
  like?: string | undefined;
  /** The network's classes, in its order. */
  classNames?: readonly string[] | undefined;
  classMap?: Readonly<Record<string, string>> | undefined;
  /** Anchors by level, for undecoded heads. */
  anchorsPx?: AnchorsPx | undefined;
  unmapped: Unmapped;
  scoreThreshold: number;
  nms: CandidateOutputSpec['nms'];
  maxDetections: number;
}

/** Recognises a detector. Throws ERR_BUNDLE, or ERR_USAGE naming the option that provides what the file lacks. */
export function knowDetector(
  network: NetworkFile,
  choices: DetectorChoices,
): KnownNetwork<CandidateOutputSpec> {
  const probe = probeNetwork(network, imageInputOf(network, choices.size));
  const own = choices.classNames ?? namesInMetadata(network);
  const recognised = recogniseDetector(
    { network, probe, classCount: own?.length, anchorsPx: choices.anchorsPx },
    choices.like,
  );
  const { names, reason } = namesFor(network, recognised, own, choices.classNames !== undefined);
  const mapped = mapClasses(names, choices.classMap, choices.unmapped);
  const nms = recognised.needsNms ? choices.nms : ({ method: 'none' } as const);
  const { scoreThreshold, maxDetections } = choices;
  const decodings = recognised.readings.map(
    (reading): CandidateOutputSpec => ({
      ...reading,
      // A list that begins with a name for no class is numbered as the labels are.
      ...('firstLabel' in reading && namesNothing(names[0]!) && { firstLabel: 0 }),
      ...mapped,
      scoreThreshold,
      nms,
      maxDetections,
    }),
  );
  const { family, usualFeeding } = recognised;
  const reasons = [inputReason(probe), ...recognised.reasons, reason];
  return { network, probe, family, usualFeeding, decodings, reasons };
}

/** Whether a class name stands for no class: 0 of COCO's own numbering, or the background. */
const namesNothing = (name: string) => /^(unused \d+|_*background_*)$/i.test(name);

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
 * Finds out how a detector must be fed, by trying every plausible way on the pictures (scored with labels by average
 * precision, without by steadiness), and makes its bundle. Without pictures it uses its family's usual feeding.
 */
export function adoptDetector(
  known: KnownNetwork<CandidateOutputSpec>,
  choices: DetectorChoices,
  pictures: readonly TrialPicture[],
  onTrial?: (done: number, total: number) => void,
): Promise<AdoptedNetwork<CandidateOutputSpec>> {
  const isLabelled = pictures.every(({ truth }) => truth !== undefined);
  const ground: TrialGround<CandidateOutputSpec> = {
    count: pictures.length,
    isLabelled,
    measure: isLabelled ? 'AP at IoU 0.5' : 'steadiness',
    metric: 'ap50',
    score: (trial, spec, decode) => scoreDetector(trial, pictures, spec, decode),
  };
  return adoptNetwork(known, choices, ground, onTrial);
}
