import type { Bundle } from '../../../src/bundle/bundle.js';
import type { CropOutputSpec } from '../../../src/bundle/crop-spec.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { itemFeeds } from '../../../src/inference/item-feeds.js';
import { NativeSession } from '../../../src/inference/native-session.js';
import { floatsIn } from '../../../src/inference/session-tensors.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { signClasses } from '../../../src/perception/classes.js';
import { boxIouAt } from '../../../src/perception/detection/box-iou.js';
import { decodeSigns } from '../../../src/perception/signs/decode-signs.js';
import { classesOf } from '../../../src/stages/classes-of.js';
import { inputPicture } from '../../attack/input-picture.js';
import { cutOut } from '../../datasets/cut-out.js';
import { spreadEvenly } from '../../datasets/evenly.js';
import type { Dataset, RgbImage } from '../../datasets/sample.js';
import { BundleRunner } from '../../evaluate/bundle-runner.js';
import { CropAnswers } from '../../evaluate/crop-answers.js';
import { softmaxAt } from '../../evaluate/probability-calibration.js';
import { largestPlace } from '../../gradients/asked-score.js';
import { layersOf } from '../../gradients/layers.js';
import { signIn } from '../../quantize/network-inputs.js';
import { FrameCoder } from '../../similar/frame-coder.js';
import { networkInput } from '../network-input.js';

/** A labelled picture with the network's code, label and answer. */
export interface CodedPicture {
  id: string;
  /** Track, drive or sequence: pictures of one group show the same object or scene. */
  group: string;
  label: string;
  /** The network's answer and its probability, 0..1. */
  answer: string;
  probability: number;
  /** Unit length; the same dimension for all pictures, a multiple of 8. */
  code: Float32Array;
  picture: RgbImage;
}

/** Smaller boxes show next to nothing. */
const leastBoxPx = 16;
const sameBoxIou = 0.5;
/** Answer for a box that the detector does not find. */
export const missedName = 'missed';

type Progress = (done: number, total: number) => void;

/**
 * At most `limit` pictures of a data set, spread evenly, with their codes. For a classifier of crops: the input of
 * its last dense layer. For a detector: crops of the true boxes with the codes that FrameCoder gives them. Rejects
 * with ERR_USAGE for another task.
 */
export async function codedPictures(
  bundle: Bundle,
  dataset: Dataset,
  limit: number,
  onProgress?: Progress,
): Promise<CodedPicture[]> {
  const { decode, task } = bundle.manifest;
  if (decode.kind === 'signs' || decode.kind === 'lights')
    return codedCrops(bundle, decode, dataset as Dataset<'signs'>, limit, onProgress);
  if (task === 'detection')
    return codedBoxes(bundle, dataset as Dataset<'detection'>, limit, onProgress);
  throw new PerceptionError(
    'ERR_USAGE',
    `--method alike: expected signs or detection, whose pictures have one class, found ${task}`,
  );
}

async function codedCrops(
  bundle: Bundle,
  decode: CropOutputSpec,
  dataset: Dataset<'signs'>,
  limit: number,
  onProgress?: Progress,
): Promise<CodedPicture[]> {
  const graph = NetworkGraph.read(bundle.network, bundle.where);
  const { logits } = decode;
  const value = codeValue(bundle, graph);
  graph.expose([value, logits]);
  const session = NativeSession.load(graph.toBytes(), bundle.where);
  const { spec } = bundle.manifest.input;
  const names = dataset.classes ?? signClasses;
  const answerTo = answersOf(decode, names, bundle.where);
  try {
    const coded: CodedPicture[] = [];
    const samples = spreadEvenly(dataset.samples, limit);
    for (const sample of samples) {
      const loaded = await sample.load();
      const input = await networkInput(
        bundle,
        dataset.camera,
        loaded,
        signIn(bundle, sample, loaded),
      );
      const answers = session.answer(itemFeeds(bundle, input), [value, logits]);
      const { dims } = answers[value]!;
      coded.push({
        id: sample.id,
        group: sample.group,
        label: names[sample.classId]!,
        ...answerTo(floatsIn(answers[logits]!)!),
        code: asCode(overPlaces(floatsIn(answers[value]!)!, dims)),
        picture: inputPicture(spec, input),
      });
      onProgress?.(coded.length, samples.length);
    }
    return coded;
  } finally {
    session.release();
  }
}

/** The answer of a classifier and its probability, as the rig reads them; of independent labels a set such as `red+left`. */
function answersOf(decode: CropOutputSpec, names: readonly string[], where: string) {
  if (decode.answers === 'labels') {
    const sets = new CropAnswers(decode, names, where);
    return (values: Float32Array) => {
      const { logits, predictedId } = sets.of(values);
      const probability = softmaxAt(logits, sets.temperature)[predictedId]!;
      return { answer: sets.classes[predictedId]!, probability };
    };
  }
  return (values: Float32Array) => {
    const { probabilities } = decodeSigns(values, [0], decode);
    const best = largestPlace(probabilities);
    return { answer: decode.classes[best]!, probability: probabilities[best]! };
  };
}

async function codedBoxes(
  bundle: Bundle,
  dataset: Dataset<'detection'>,
  limit: number,
  onProgress?: Progress,
): Promise<CodedPicture[]> {
  const coder = FrameCoder.open(bundle);
  const runner = await BundleRunner.open(bundle, dataset.camera);
  const names = classesOf(bundle.manifest);
  const coded: CodedPicture[] = [];
  try {
    for (const sample of spreadEvenly(dataset.samples, limit)) {
      if (coded.length >= limit) break;
      const picture = await sample.load();
      const result = await runner.run(picture);
      const found = result.stage === 'detection' ? result.detections : [];
      for (const [place, { className, boxXyxyPx, weight }] of sample.boxes.entries()) {
        const [left, top, right, bottom] = boxXyxyPx;
        if (weight < 1 || Math.min(right - left, bottom - top) < leastBoxPx) continue;
        const same = found
          .filter((one) => boxIouAt(one.boxXyxyPx, 0, boxXyxyPx, 0) >= sameBoxIou)
          .sort((a, b) => b.score - a.score)[0];
        const crop = cutOut(picture, boxXyxyPx);
        coded.push({
          ...{ id: `${sample.id}#${place}`, group: sample.group, label: className, picture: crop },
          answer: same === undefined ? missedName : names[same.classId]!,
          probability: same?.score ?? 0,
          code: asCode(await coder.code(crop)),
        });
      }
      onProgress?.(Math.min(limit, coded.length), limit);
    }
  } finally {
    coder.release();
    await runner.dispose();
  }
  return coded.slice(0, limit);
}

/** The value that the last dense layer reads; without a dense layer, the last convolution's. */
function codeValue(bundle: Bundle, graph: NetworkGraph): string {
  const dense = graph.nodes.findLast(({ opType }) => opType === 'MatMul' || opType === 'Gemm');
  const value = dense?.input[0] ?? layersOf(bundle).at(-1)?.value;
  if (value !== undefined) return value;
  throw new PerceptionError('ERR_USAGE', `${bundle.where}: expected layers of floats, found none`);
}

/** Averages each map over its places. */
function overPlaces(data: Float32Array, dims: readonly number[]): Float32Array {
  if (dims.length !== 4) return data;
  const [, channels = 1, rows = 1, columns = 1] = dims;
  const places = rows * columns;
  return Float32Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * places; i < (channel + 1) * places; i++) sum += data[i]!;
    return sum / places;
  });
}

/** Normalises to length 1 and pads with zeros to a multiple of 8. */
function asCode(values: Float32Array): Float32Array {
  const code = new Float32Array(Math.ceil(values.length / 8) * 8);
  const length = Math.hypot(...values) || 1;
  for (const [i, value] of values.entries()) code[i] = value / length;
  return code;
}
