import type { Bundle } from '../../../src/bundle/bundle.js';
import { segmentationSize } from '../../../src/bundle/segmentation-shapes.js';
import { channelCount } from '../../../src/bundle/segmentation-spec.js';
import type { Outputs, Question } from '../../gradients/asked-score.js';

/** An angle that has moved this far is a different answer. */
const otherAngleRad = 0.1;

/**
 * How much of an answer remains in the outputs for a changed input: 1 all of it, 0 nothing. A probability counts as
 * it is; an angle by how far it has moved, 0.1 rad being all; any other score as a share of its former value.
 */
export function keptAnswer(
  { manifest }: Bundle,
  question: Question,
  before: Outputs,
): (outputs: Outputs) => number {
  const { decode } = manifest;
  const [asked] = question.slopes(before);
  const base = question.score(before);
  const { output, index } = asked!;
  if (decode.kind === 'steering')
    return (outputs) => {
      const movedRad = Math.abs(question.score(outputs) - base) * decode.radPerUnit;
      return 1 - Math.min(1, movedRad / otherAngleRad);
    };
  const row = rowOf(manifest, index);
  if (row === undefined)
    return (outputs) => Math.min(1, Math.max(0, question.score(outputs) / base));
  const temperature = 'temperature' in decode ? (decode.temperature ?? 1) : 1;
  return (outputs) => {
    const values = outputs[output]!;
    const most = row.reduce((max, place) => Math.max(max, values[place]!), -Infinity);
    const share = (place: number) => Math.exp((values[place]! - most) / temperature);
    return share(index) / row.reduce((sum, place) => sum + share(place), 0);
  };
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
