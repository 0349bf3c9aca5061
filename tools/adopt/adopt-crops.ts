import type { CropOutputSpec } from '../../src/bundle/crop-spec.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { RgbImage } from '../datasets/sample.js';
import { CropAnswers } from '../evaluate/crop-answers.js';
import { softmaxAt } from '../evaluate/probability-calibration.js';
import {
  type AdoptedNetwork,
  type AdoptionChoices,
  adoptNetwork,
  type KnownNetwork,
} from './adopt-network.js';
import { namesInMetadata } from './metadata.js';
import type { NetworkFile } from './network-file.js';
import { describeTensors, imageInputOf, inputReason, probeNetwork } from './probe.js';
import type { TrialNetwork } from './trial-network.js';

export interface CropChoices extends AdoptionChoices {
  kind: CropOutputSpec['kind'];
  classNames?: readonly string[] | undefined;
  /** The detector's classes whose boxes it reads. */
  cropFrom: readonly string[];
  cropMarginNorm: number;
  /** Whether one crop may have any number of classes. */
  isMultiLabel: boolean;
  abstainBelow: number;
  output?: string | undefined;
}

/** A labelled crop: the picture is the crop, its class given by name; several labels as `red+left`. */
export interface CropPicture {
  id: string;
  image: RgbImage;
  className: string;
}

/** Largest number of crops read per frame. */
const maxBatch = 16;

/**
 * Recognises a classifier of crops by its output [N, classes]. Throws ERR_BUNDLE if there is none, or ERR_USAGE naming
 * the option that provides what the file lacks.
 */
export function knowCropClassifier(
  network: NetworkFile,
  choices: CropChoices,
): KnownNetwork<CropOutputSpec> {
  const probe = probeNetwork(network, imageInputOf(network, choices.size));
  const own = choices.classNames ?? namesInMetadata(network);
  const heads = probe.outputs.filter(
    ({ name, shape }) =>
      shape.length === 2 &&
      shape[0] === 1 &&
      shape[1]! >= 2 &&
      (choices.output === undefined || choices.output === name),
  );
  const [head, other] = heads;
  if (head === undefined)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected an output [crops, classes], found ${describeTensors(probe.outputs)}`,
    );
  if (other !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: expected --output (${heads.map(({ name }) => name).join(', ')}), found none`,
    );
  if (own === undefined || own.length !== head.shape[1])
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: expected --classes with ${head.shape[1]} names, found ${own?.length ?? 'none'}`,
    );
  const sum = head.values.reduce((total, value) => total + value, 0);
  const isShare = head.values.every((value) => value >= -1e-4 && value <= 1 + 1e-4);
  const areProbabilities = isShare && (choices.isMultiLabel || Math.abs(sum - 1) < 1e-3);
  return {
    network,
    probe,
    family: 'classifier',
    usualFeeding: { colour: 'rgb', range: '0..1', fit: 'stretch', padValue: 0 },
    plausible: { colours: ['rgb', 'bgr'], fits: ['stretch'] },
    decodings: [
      {
        kind: choices.kind,
        logits: head.name,
        ...(areProbabilities && { values: 'probabilities' as const }),
        ...(choices.isMultiLabel && { answers: 'labels' as const }),
        classes: [...own],
        temperature: 1,
        abstainBelow: choices.abstainBelow,
        maxBatch,
        cropFrom: [...choices.cropFrom],
        cropMarginNorm: choices.cropMarginNorm,
      },
    ],
    reasons: [
      inputReason(probe),
      `output ${head.name} [${head.shape.join(', ')}]: ${areProbabilities ? 'probabilities' : 'logits'} of ${own.length} classes`,
      `reads crops of ${choices.cropFrom.join(', ')}`,
    ],
  };
}

/** Finds the feeding by accuracy on labelled crops, and makes the bundle. Rejects as adoptNetwork does. */
export function adoptCropClassifier(
  known: KnownNetwork<CropOutputSpec>,
  choices: CropChoices,
  pictures: readonly CropPicture[],
  onTrial?: (done: number, total: number) => void,
): Promise<AdoptedNetwork<CropOutputSpec>> {
  const { classes: own } = known.decodings[0]!;
  // A single-class network may know more classes than the pictures show; sets of labels come from the pictures.
  const classNames = choices.isMultiLabel
    ? [...new Set(pictures.map(({ className }) => className))].sort()
    : own;
  const score = async (network: TrialNetwork, spec: InputSpec, decode: CropOutputSpec) => {
    const answers = new CropAnswers(decode, classNames, known.network.name);
    const { classes } = answers;
    let right = 0;
    let surety = 0;
    let count = 0;
    for (const { image, className } of pictures) {
      const detection = {
        classId: 0,
        score: 1,
        boxXyxyPx: [0, 0, image.widthPx, image.heightPx] as [number, number, number, number],
        trackId: 0,
      };
      // The picture is the crop, so no margin is added.
      const whole = { ...decode, cropMarginNorm: 0 };
      const result = await network.run(image, spec, whole, {
        stage: 'detection',
        detections: [detection],
      });
      // Without a reading the crop is too small, and the output is that of the crop before.
      if (!('batch' in result) || result.batch.readings.length === 0) continue;
      count++;
      const { logits, predictedId } = answers.of(network.output(decode.logits));
      if (classes[predictedId] === className) right++;
      surety += softmaxAt(logits, answers.temperature)[classes.indexOf(className)] ?? 0;
    }
    const read = Math.max(1, count);
    return { value: right / read, parts: { 'mean probability': surety / read } };
  };
  const ground = {
    count: pictures.length,
    isLabelled: true,
    measure: 'accuracy',
    metric: 'accuracy',
    score,
  };
  return adoptNetwork(known, choices, ground, onTrial);
}
