import type { Bundle } from '../bundle/bundle.js';
import type { Task } from '../bundle/manifest.js';
import type { CropOutputSpec, SegmentationOutputSpec } from '../bundle/output-spec.js';
import type { PlainAnswer } from '../bundle/task-row.js';
import type { PlainTask } from '../bundle/task-table.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { RgbImage } from '../frame/rgb-image.js';
import { boxIouAt } from '../perception/detection/box-iou.js';
import type { Detection } from '../perception/results.js';
import type { StageResult } from '../stages/stage-result.js';
import { readProbabilities } from './class-probabilities.js';
import type { PictureRunner } from './picture-runner.js';

/** An answer about one picture, and a measure of how far the answer about a changed picture is from it. */
export interface ExplainedAnswer {
  /** The answer in words. */
  answer: string;
  /** 0 for the same answer, more the further away. The picture has the same size. */
  change(picture: RgbImage): Promise<number>;
}

export interface AnswerOptions {
  /** What the stage reads besides the picture (signs: the boxes). */
  input?: StageResult;
  /** Segmentation: the pixel whose class is asked about. */
  pointPx: readonly [number, number];
  /** Segmentation: from a pixel of the picture to shares of the network's input. */
  inputFromFramePoint: (xPx: number, yPx: number) => readonly [number, number] | undefined;
}

/** A box with less overlap than this belongs to another object. */
const sameBoxIou = 0.3;

type Asks = (
  runner: PictureRunner,
  bundle: Bundle,
  picture: RgbImage,
  options: AnswerOptions,
) => Promise<ExplainedAnswer>;

/** The question for a task. Rejects with ERR_USAGE if the picture has nothing to ask about. */
export function asksOf(task: Task): Asks {
  return (explainedAnswers as Readonly<Partial<Record<Task, Asks>>>)[task] ?? numbersOf;
}

const explainedAnswers: Readonly<Record<Exclude<Task, PlainTask>, Asks>> = {
  async steering(runner, _bundle, picture) {
    const angle = async (seen: RgbImage) => {
      const result = await runner.run(seen);
      return result.stage === 'steering' ? result.rawAngleRad : Number.NaN;
    };
    const base = await angle(picture);
    const degrees = (base * 180) / Math.PI;
    return {
      answer: `steers ${Math.abs(degrees).toFixed(1)}° to the ${degrees < 0 ? 'right' : 'left'}`,
      change: async (seen) => Math.abs((await angle(seen)) - base),
    };
  },

  async novelty(runner, _bundle, picture) {
    const distance = async (seen: RgbImage) => {
      const result = await runner.run(seen);
      return result.stage === 'novelty' ? result.distance : Number.NaN;
    };
    const base = await distance(picture);
    return {
      answer: `is ${base.toFixed(2)} from the ordinary`,
      change: async (seen) => Math.abs((await distance(seen)) - base),
    };
  },

  async detection(runner, bundle, picture) {
    const found = async (seen: RgbImage) => {
      const result = await runner.run(seen);
      return result.stage === 'detection' ? result.detections : [];
    };
    const surest = (await found(picture)).reduce<Detection | undefined>(
      (best, one) => (best === undefined || one.score > best.score ? one : best),
      undefined,
    );
    if (surest === undefined)
      throw new PerceptionError('ERR_USAGE', 'expected a detection to explain, found none here');
    const { decode } = bundle.manifest;
    const name = 'classes' in decode ? decode.classes[surest.classId] : '';
    return {
      answer: `${name} at ${surest.boxXyxyPx.map(Math.round).join(', ')}: ${surest.score.toFixed(2)}`,
      async change(seen) {
        const same = (await found(seen)).filter(
          ({ classId, boxXyxyPx }) =>
            classId === surest.classId && boxIouAt(boxXyxyPx, 0, surest.boxXyxyPx, 0) >= sameBoxIou,
        );
        return surest.score - same.reduce((best, { score }) => Math.max(best, score), 0);
      },
    };
  },

  signs: classOfCrop,
  lights: classOfCrop,

  async segmentation(runner, bundle, picture, { pointPx, inputFromFramePoint }) {
    const spec = bundle.manifest.decode as SegmentationOutputSpec;
    const at = inputFromFramePoint(...pointPx);
    if (at === undefined || at.some((share) => share < 0 || share >= 1))
      throw new PerceptionError(
        'ERR_USAGE',
        `expected a point that the network sees, found ${pointPx.join(', ')}`,
      );
    const probabilitiesAt = readProbabilities(bundle.manifest, spec);
    const probabilities = async (seen: RgbImage) => {
      await runner.run(seen);
      return probabilitiesAt(runner.output(spec.scores), at);
    };
    const base = await probabilities(picture);
    const channel = base.indexOf(Math.max(...base));
    const name = spec.classes[spec.channelClasses?.[channel] ?? channel];
    return {
      answer: `${name} at ${pointPx.join(', ')}: ${base[channel]!.toFixed(2)}`,
      change: async (seen) => base[channel]! - (await probabilities(seen))[channel]!,
    };
  },
};

/** A plain task's numbers; the change is their Euclidean distance. */
async function numbersOf(
  runner: PictureRunner,
  _bundle: Bundle,
  picture: RgbImage,
): Promise<ExplainedAnswer> {
  const numbers = async (seen: RgbImage) => {
    const { answer = {} } = (await runner.run(seen)) as StageResult & { answer?: PlainAnswer };
    return answer;
  };
  const base = await numbers(picture);
  const named = Object.entries(base).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  return {
    answer: named.join(', '),
    async change(seen) {
      const moved = await numbers(seen);
      return Math.hypot(...Object.keys(base).map((name) => moved[name]! - base[name]!));
    },
  };
}

/** The most probable class of the first crop. */
async function classOfCrop(
  runner: PictureRunner,
  bundle: Bundle,
  picture: RgbImage,
  { input }: AnswerOptions,
): Promise<ExplainedAnswer> {
  const spec = bundle.manifest.decode as CropOutputSpec;
  const probabilities = async (seen: RgbImage) => {
    const result = await runner.run(seen, input);
    return result.stage === 'signs' || result.stage === 'lights'
      ? result.batch.probabilities
      : new Float32Array();
  };
  const base = Float32Array.from(await probabilities(picture));
  if (base.length === 0)
    throw new PerceptionError('ERR_USAGE', 'expected a box to explain, found none here');
  const classId = base.slice(0, spec.classes.length).reduce((b, p, i) => (p > base[b]! ? i : b), 0);
  return {
    answer: `${spec.classes[classId]}: ${base[classId]!.toFixed(2)}`,
    change: async (seen) => base[classId]! - ((await probabilities(seen))[classId] ?? 0),
  };
}
