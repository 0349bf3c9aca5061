import { PerceptionError } from '../../src/frame/perception-error.js';
import { didYouMean } from '../../src/text/nearest-word.js';
import { anchors } from './families/anchors.js';
import { fastestdet, ultralytics, yolov5, yolox } from './families/cells.js';
import { chosenBoxes, endToEnd, mmdetection, tensorflow } from './families/chosen-inside.js';
import { nanodet, nanodetPlus } from './families/distributions.js';
import type { Family, Question, Recognised } from './families/family.js';
import { detr } from './families/queries.js';
import { describeTensors } from './probe.js';

/** Every family, the more specific before the more general. */
const detectionFamilies: readonly Family[] = [
  tensorflow,
  mmdetection,
  chosenBoxes,
  detr,
  nanodet,
  nanodetPlus,
  endToEnd,
  fastestdet,
  ultralytics,
  yolox,
  yolov5,
  anchors,
];

const familyNames = detectionFamilies.map(({ name }) => name);

/**
 * Recognises the family of a detector; with `like` only that one is tested. Throws ERR_BUNDLE listing the outputs if none
 * fits, or the named one does not, and ERR_USAGE if no family has that name.
 */
export function recogniseDetector(question: Question, like?: string): Recognised {
  if (like !== undefined && !familyNames.includes(like))
    throw new PerceptionError(
      'ERR_USAGE',
      `--like: expected one of ${familyNames.join(', ')}, found ${JSON.stringify(like)}${didYouMean(like, familyNames)}`,
    );
  const asked = detectionFamilies.filter(({ name }) => like === undefined || name === like);
  for (const { name, recognise } of asked) {
    const found = recognise(question);
    if (found !== undefined) return { family: name, ...found };
  }
  const { network, probe } = question;
  throw new PerceptionError(
    'ERR_BUNDLE',
    `${network.name}: expected outputs of ${like === undefined ? 'a detector (--like may name its family, --classes its classes)' : like}, found ${describeTensors(probe.outputs)}`,
  );
}
