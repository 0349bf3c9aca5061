import type { SegmentationOutputSpec } from '../../src/bundle/segmentation-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import {
  type AdoptedNetwork,
  type AdoptionChoices,
  adoptNetwork,
  type KnownNetwork,
} from './adopt-network.js';
import { cityscapesClasses } from './class-names.js';
import { namesInMetadata } from './metadata.js';
import type { NetworkFile } from './network-file.js';
import {
  describeTensors,
  imageInputOf,
  inputReason,
  type Probe,
  type ProbedTensor,
  probeNetwork,
} from './probe.js';
import { type MaskPicture, scoreSegmentation } from './score-segmentation.js';
import { publishedClasses, type SegmentationClassChoices } from './segmentation-classes.js';

export interface SegmentationChoices extends AdoptionChoices, SegmentationClassChoices {
  /** The network's classes, in its order. */
  classNames?: readonly string[] | undefined;
  /** Which output is read, if there are several. */
  output?: string | undefined;
}

type Head = Pick<SegmentationOutputSpec, 'scores' | 'values' | 'order'> & {
  channels: number | undefined;
  rows: number;
  columns: number;
  reason: string;
};

/**
 * Recognises a segmentation network by its output. Throws ERR_BUNDLE if there is none, or ERR_USAGE naming the option
 * that provides what the file lacks.
 */
export function knowSegmentation(
  network: NetworkFile,
  choices: SegmentationChoices,
): KnownNetwork<SegmentationOutputSpec> {
  const probe = probeNetwork(network, imageInputOf(network, choices.size));
  const own = choices.classNames ?? namesInMetadata(network);
  const { channels, rows, columns, reason, ...read } = headOf(
    network,
    probe,
    choices.output,
    own?.length,
  );
  const { names, reason: namesReason } = namesFor(network, own, channels);
  const { image } = probe;
  const isSmall = rows < image.heightPx || columns < image.widthPx;
  const enlarges = isSmall && read.values !== 'class-ids';
  const decode: SegmentationOutputSpec = {
    kind: 'segmentation',
    ...read,
    ...(enlarges && { enlargeTo: { widthPx: image.widthPx, heightPx: image.heightPx } }),
    ...publishedClasses(names, choices),
  };
  return {
    network,
    probe,
    family: 'segmentation',
    usualFeeding: { colour: 'rgb', range: 'imagenet', fit: 'stretch', padValue: 0 },
    // The published class map covers the frame: one with letterbox bars would be misaligned.
    plausible: { colours: ['rgb', 'bgr'], fits: ['stretch'] },
    decodings: [decode],
    reasons: [
      inputReason(probe),
      reason,
      ...(enlarges
        ? [
            `scores at ${columns}x${rows} are enlarged to the input’s ${image.widthPx}x${image.heightPx} before the arg max`,
          ]
        : []),
      namesReason,
    ],
  };
}

/**
 * The output that holds a map: the named one, else the largest with one channel per class. PIDNet and others also have
 * auxiliary outputs from their training.
 */
function headOf(
  network: NetworkFile,
  { outputs, image }: Probe,
  wanted: string | undefined,
  classCount: number | undefined,
): Head {
  const heads = outputs
    .filter(({ name }) => wanted === undefined || name === wanted)
    .flatMap((output) => readingsOf(output, image.widthPx / image.heightPx))
    .filter(({ channels }) => !channels || !classCount || channels === classCount);
  const pixels = ({ rows, columns }: Head) => rows * columns;
  const [best, second] = heads.toSorted((a, b) => pixels(b) - pixels(a));
  if (best === undefined) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected ${wanted === undefined ? 'an output' : `the output ${wanted}`} with scores or class numbers of a map${classCount ? ` of ${classCount} classes` : ''}, found ${describeTensors(outputs)}`,
    );
  }
  if (second !== undefined && second.scores !== best.scores && pixels(second) === pixels(best)) {
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: expected --output (${best.scores} or ${second.scores}, which are of one size), found none`,
    );
  }
  return best;
}

function readingsOf({ name, shape, dtype, values }: ProbedTensor, aspect: number): Head[] {
  const shown = `output ${name} [${shape.join(', ')}]`;
  const isWhole = !dtype.startsWith('float') || values.every((v) => Number.isInteger(v) && v >= 0);
  const single = singleChannel(shape);
  if (single !== undefined) {
    if (isWhole) {
      const reason = `${shown} of ${dtype}: class numbers, the arg max is inside`;
      return [{ scores: name, values: 'class-ids', channels: undefined, ...single, reason }];
    }
    const isShare = values.every((value) => value >= -1e-4 && value <= 1 + 1e-4);
    const reason = `${shown}: one channel of ${isShare ? 'probabilities' : 'logits'}, a mask of two classes`;
    return [
      { scores: name, values: isShare ? 'probability' : 'logit', channels: 2, ...single, reason },
    ];
  }
  if (shape.length !== 4 || shape[0] !== 1) return [];
  const [, a, b, c] = shape as [number, number, number, number];
  // The picture's aspect ratio shows which axis holds the channels.
  const misfit = (rows: number, columns: number) => Math.abs(Math.log(columns / rows / aspect));
  const isLast = misfit(a, b) < misfit(b, c);
  const [channels, rows, columns] = isLast ? [c, a, b] : [a, b, c];
  if (channels < 2 || channels > 255) return [];
  const reason = `${shown}: scores of ${channels} classes a pixel, channels ${isLast ? 'last' : 'first'}`;
  const order = isLast ? { order: 'channels-last' as const } : {};
  return [{ scores: name, ...order, channels, rows, columns, reason }];
}

/** Rows and columns of [1, rows, columns], with another 1 before or after them; undefined for other shapes. */
function singleChannel(shape: readonly number[]): { rows: number; columns: number } | undefined {
  if (shape[0] !== 1) return undefined;
  if (shape.length === 3) return { rows: shape[1]!, columns: shape[2]! };
  if (shape.length !== 4) return undefined;
  if (shape[1] === 1) return { rows: shape[2]!, columns: shape[3]! };
  return shape[3] === 1 ? { rows: shape[1]!, columns: shape[2]! } : undefined;
}

function namesFor(
  network: NetworkFile,
  own: readonly string[] | undefined,
  channels: number | undefined,
): { names: readonly string[]; reason: string } {
  if (own !== undefined) {
    if (channels !== undefined && own.length !== channels) {
      throw new PerceptionError(
        'ERR_USAGE',
        `${network.name}: expected ${channels} classes, as many as its output has channels, found ${own.length}`,
      );
    }
    return {
      names: own,
      reason: `${own.length} classes, as they were named: ${own.slice(0, 4).join(', ')}`,
    };
  }
  if (channels === 19)
    return {
      names: cityscapesClasses,
      reason: '19 classes: taken for those of Cityscapes (--classes says otherwise)',
    };
  throw new PerceptionError(
    'ERR_USAGE',
    `${network.name}: expected --classes (camvid, cityscapes, a file, or names with commas) for ${channels ?? 'an unknown number of'} classes, found none`,
  );
}

/**
 * Finds out how a segmentation network must be fed, by mIoU on labelled pictures or by steadiness on others, and makes
 * its bundle. Rejects as adoptNetwork does.
 */
export function adoptSegmentation(
  known: KnownNetwork<SegmentationOutputSpec>,
  choices: SegmentationChoices,
  pictures: readonly MaskPicture[],
  onTrial?: (done: number, total: number) => void,
): Promise<AdoptedNetwork<SegmentationOutputSpec>> {
  const isLabelled = pictures.every(({ truth }) => truth !== undefined);
  const ground = {
    count: pictures.length,
    isLabelled,
    measure: isLabelled ? 'mIoU' : 'steadiness',
    metric: 'mIoU',
    score: scoreSegmentation(pictures, known.network.name),
  };
  return adoptNetwork(known, choices, ground, onTrial);
}
