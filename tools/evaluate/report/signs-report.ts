import type { CropOutputSpec } from '../../../src/bundle/output-spec.js';
import { signClasses } from '../../../src/perception/classes.js';
import { cutOut } from '../../datasets/cut-out.js';
import { exactUri, loadAgain, photoUri } from '../../page/picture-uri.js';
import { signIcon, signIconDefinitions } from '../../page/sign-icon.js';
import { CropAnswers } from '../crop-answers.js';
import type { ObservationOf } from '../observation.js';
import { type SignIcons, signsSections, type WorstSign } from '../page/signs-sections.js';
import { softmaxAt } from '../probability-calibration.js';
import type { FindingsCollector } from './findings.js';
import { signsDetails } from './signs-details.js';
import { worstFirst } from './worst-first.js';

type Seen = ObservationOf['signs'];

/** Number of mistakes that are shown. */
const mostWorst = 24;
/** Crops up to this edge, as small as the network sees them, are shown pixel by pixel. */
const largestCropPx = 64;

/** Collects what the report of a classifier of crops shows besides the scores. */
export function collectSigns(
  decode: CropOutputSpec,
  dataClasses: readonly string[] = signClasses,
  where = '',
): FindingsCollector<'signs'> {
  const { classes: classNames, temperature } = new CropAnswers(decode, dataClasses, where);
  const noun = decode.kind === 'lights' ? 'light' : 'sign';
  const seen: Seen[] = [];
  return {
    observe: (observation) => seen.push(observation),
    async finish() {
      const numbers = signsDetails(seen, { ...decode, temperature }, classNames);
      const worst = await worstSigns(seen, temperature);
      const { variants, fittedTemperature } = numbers.calibration;
      const right = seen.filter(({ sample, predictedId }) => sample.classId === predictedId).length;
      return {
        details: { ...numbers, worst: worst.map(({ picture: _, ...told }) => told) },
        tiles: [
          { name: 'accuracy', value: `${((100 * right) / seen.length).toFixed(2)} %` },
          { name: 'mistakes', value: `${seen.length - right} of ${seen.length}` },
          { name: 'mean F1 of classes', value: numbers.macroF1.toFixed(3) },
          { name: 'read', value: `${(100 * numbers.abstention.readShare).toFixed(1)} %` },
          { name: 'calibration error', value: variants.at(-2)!.ece.toFixed(4) },
          { name: 'best temperature', value: fittedTemperature.toFixed(2) },
        ],
        sections: signsSections(numbers, worst, classNames, noun, iconsFor(classNames)),
      };
    },
  };
}

/** GTSRB's signs are drawn; a user's own classes are shown by name. */
const iconsFor = (classNames: readonly string[]): SignIcons | undefined =>
  classNames === signClasses
    ? { icon: signIcon, definitions: signIconDefinitions(signClasses.keys()) }
    : undefined;

/** The mistakes with the highest claimed probability, one per track and answer. */
async function worstSigns(seen: readonly Seen[], temperature: number): Promise<WorstSign[]> {
  const mistakes = seen
    .filter(({ sample, predictedId }) => sample.classId !== predictedId)
    .map((mistake) => ({
      mistake,
      probabilities: softmaxAt(mistake.logits, temperature),
      key: `${mistake.sample.group} ${mistake.predictedId}`,
    }));
  const worst = worstFirst(
    mistakes,
    ({ mistake, probabilities }) => probabilities[mistake.predictedId]!,
    ({ key }) => key,
    mostWorst,
  );
  return Promise.all(
    worst.map(
      async ({ mistake: { sample, boxXyxyPx, predictedId, isAbstained }, probabilities, key }) => {
        const image = await loadAgain(sample);
        const crop =
          image && cutOut(image, sample.boxXyxyPx ? boxXyxyPx : [0, 0, Infinity, Infinity]);
        const isSmall =
          crop !== undefined && Math.max(crop.widthPx, crop.heightPx) <= largestCropPx;
        return {
          id: sample.id,
          truthId: sample.classId,
          predictedId,
          probability: probabilities[predictedId]!,
          truthProbability: probabilities[sample.classId]!,
          isAbstained,
          sameMistakes: mistakes.filter((other) => other.key === key).length,
          picture: crop && (await (isSmall ? exactUri(crop) : photoUri(crop, 192))),
        };
      },
    ),
  );
}
