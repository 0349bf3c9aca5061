import type { Bundle } from '../../../src/bundle/bundle.js';
import type { OutputSpec } from '../../../src/bundle/output-spec.js';
import { segmentationSize } from '../../../src/bundle/segmentation-shapes.js';
import { channelCount } from '../../../src/bundle/segmentation-spec.js';
import { logistic, scoreOf } from '../../../src/perception/detection/activations.js';
import { decodeSteering } from '../../../src/perception/steering/steering.js';
import type { Outputs, Question } from '../../gradients/asked-score.js';

/** An angle that has moved this far is a different answer. */
const otherAngleRad = 0.1;

/**
 * How much of an answer remains in the outputs for a changed input: 1 all of it, 0 nothing. A probability counts as
 * it is; an angle by how far it has moved, 0.1 rad being all.
 */
export function keptAnswer(
  { manifest }: Bundle,
  question: Question,
  before: Outputs,
): (outputs: Outputs) => number {
  const { decode } = manifest;
  const [asked] = question.slopes(before);
  const { output, index, slope } = asked!;
  if (decode.kind === 'steering') {
    const angleOf = (outputs: Outputs) => decodeSteering(outputs[decode.steering]!, decode);
    const angleRad = angleOf(before);
    return (outputs) => 1 - Math.min(1, Math.abs(angleOf(outputs) - angleRad) / otherAngleRad);
  }
  const row = rowOf(manifest, index);
  if (row === undefined) {
    const probability = probabilityOf(decode);
    // Of a map with one channel, the pixel may be of the class that the channel does not stand for.
    if (decode.kind === 'segmentation' && slope < 0)
      return (outputs) => 1 - probability(outputs[output]![index]!);
    return (outputs) => probability(question.score(outputs));
  }
  const temperature = 'temperature' in decode ? (decode.temperature ?? 1) : 1;
  return (outputs) => {
    const values = outputs[output]!;
    const most = row.reduce((max, place) => Math.max(max, values[place]!), -Infinity);
    const share = (place: number) => Math.exp((values[place]! - most) / temperature);
    return share(index) / row.reduce((sum, place) => sum + share(place), 0);
  };
}

/** The probability that a score stands for by itself, without a softmax over other scores. */
function probabilityOf(decode: OutputSpec): (score: number) => number {
  switch (decode.kind) {
    case 'signs':
    case 'lights':
      return (score) =>
        decode.values === 'probabilities' ? score : logistic(score / decode.temperature);
    case 'segmentation':
      return (score) => scoreOf(score, decode.values === 'logit');
    case 'anchor-free':
    case 'distribution':
      return (score) => scoreOf(score, decode.scores === 'logit');
    case 'queries':
      return logistic;
    default:
      // The product of a box's objectness and its class.
      return (score) => score;
  }
}

/** The places of all classes that share a softmax with the one at `index`; undefined if there is no softmax over them. */
function rowOf({ decode, outputs }: Bundle['manifest'], index: number): number[] | undefined {
  const places = (count: number, start: number, step: number) =>
    Array.from({ length: count }, (_, i) => start + i * step);
  if (decode.kind === 'signs' || decode.kind === 'lights')
    return (decode.values ?? 'logits') === 'logits' && (decode.answers ?? 'one') === 'one'
      ? places(decode.classes.length, 0, 1)
      : undefined;
  if (decode.kind === 'ssd') {
    const width = decode.classes.length + 1;
    return places(width, index - (index % width), 1);
  }
  if (decode.kind === 'queries' && decode.activation === 'softmax') {
    const width = decode.networkClasses.length + 1;
    return places(width, index - (index % width), 1);
  }
  if (decode.kind === 'segmentation' && (decode.values ?? 'scores') === 'scores') {
    const { shape } = outputs.find(({ name }) => name === decode.scores)!;
    const { rows, columns } = segmentationSize(decode, shape);
    const channels = channelCount(decode);
    return decode.order === 'channels-last'
      ? places(channels, index - (index % channels), 1)
      : places(channels, index % (rows * columns), rows * columns);
  }
  return undefined;
}
