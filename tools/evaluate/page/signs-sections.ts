import { confusionChart } from '../../page/confusion-chart.js';
import { htmlPicture, htmlTable, percent, score, spoken, unfolded } from '../../page/html-parts.js';
import type { PictureUri } from '../../page/picture-uri.js';
import { reliabilityChart } from '../../page/reliability-chart.js';
import { escaped } from '../../page/svg.js';
import type { Section } from '../report/findings.js';
import type { CalibrationVariant, SignsDetails } from '../report/signs-details.js';

export interface WorstSign {
  id: string;
  truthId: number;
  predictedId: number;
  /** Probability of the answer, and of the truth, at the bundle's temperature. */
  probability: number;
  truthProbability: number;
  isAbstained: boolean;
  /** Number of signs of the same track with the same answer, including this one. */
  sameMistakes: number;
  /** Undefined if its file is gone. */
  picture: PictureUri | undefined;
}

/** How the page draws a sign of a class. */
export interface SignIcons {
  icon(classId: number): string;
  /** HTML that must precede the first icon. */
  definitions: string;
}

/** The cards of the report of a classifier of crops. `noun`: the name of what it reads. */
export function signsSections(
  details: SignsDetails,
  worst: readonly WorstSign[],
  classNames: readonly string[],
  noun: 'sign' | 'light',
  icons: SignIcons | undefined,
): Section[] {
  const drawings = icons
    ? ': the drawing on the left is what it is, the one on the right what it was called'
    : '';
  return [
    {
      title: 'Worst mistakes',
      note: `Wrong answers that were claimed with the highest probability, one for each track and answer${drawings}.`,
      body: `${icons?.definitions ?? ''}${worstBody(worst, classNames, icons)}`,
    },
    {
      title: 'What is taken for what',
      note: 'Green: right. Red: wrong, the stronger the larger its share of the row. Point at a cell for its numbers. Classes that neither occur nor are answered are left out.',
      body: `<div class="narrow">${confusionChart({ title: `Confusion of the ${noun} classes`, names: classNames, counts: details.confusion, ...(icons && { iconOf: icons.icon }) })}</div>`,
    },
    reliabilitySection(details, noun),
    classSection(details, noun),
  ];
}

function worstBody(
  worst: readonly WorstSign[],
  classNames: readonly string[],
  icons: SignIcons | undefined,
): string {
  if (worst.length === 0) return '<p>There is no mistake.</p>';
  const drawing = (classId: number) =>
    `<svg viewBox="0 0 100 100" role="img" aria-label="${escaped(spoken(classNames[classId]!))}">${icons?.icon(classId)}</svg>`;
  const figures = worst.map((sign) => {
    const truth = spoken(classNames[sign.truthId]!);
    const answer = spoken(classNames[sign.predictedId]!);
    const more = sign.sameMistakes > 1 ? `; ${sign.sameMistakes} of its track` : '';
    const verdict = icons
      ? `<span class="verdict">${drawing(sign.truthId)} → ${drawing(sign.predictedId)}</span>`
      : '';
    const abstained = sign.isAbstained ? ', not read' : '';
    return `<figure>${sign.picture ? htmlPicture(sign.picture, truth) : '<p class="muted">gone</p>'}
<figcaption>${verdict}<b>${escaped(truth)}</b> (${percent(sign.truthProbability)}), called <b>${escaped(answer)}</b> (${percent(sign.probability)}${abstained})${more}<br><span class="from">${escaped(sign.id)}</span></figcaption></figure>`;
  });
  return `<div class="signs">${figures.join('\n')}</div>`;
}

function reliabilitySection({ calibration, abstention }: SignsDetails, noun: string): Section {
  const { variants, fittedTemperature, bundleTemperature, crossFittedEce } = calibration;
  const figure = (variant: CalibrationVariant) =>
    `<figure><h3>${escaped(variant.name)}, temperature ${variant.temperature.toFixed(2)}</h3>
<p class="muted">calibration error ${variant.ece.toFixed(4)}, log-likelihood −${variant.negativeLogLikelihood.toFixed(4)}</p>
${reliabilityChart(`Reliability ${variant.name}`, variant.bins)}</figure>`;
  const cross =
    crossFittedEce === null
      ? ''
      : ` Fitted on one half of the tracks and judged on the other, the calibration error is ${crossFittedEce.toFixed(4)}.`;
  return {
    title: 'How far its probabilities can be believed',
    note: `Each column: of the ${noun}s read with this probability, the share that is right, against the dashed line where claims and truth agree. Red is claimed beyond what is right, green is right beyond what is claimed. Grey: how many (square root). The bundle divides its logits by a temperature of ${bundleTemperature}; of least negative log-likelihood here would be ${fittedTemperature.toFixed(3)}.${cross}`,
    body: `<div class="small charts">${variants.map(figure).join('\n')}</div>
<p>Below a probability of ${abstention.belowProbability} the rig does not read a ${noun}: it reads ${percent(abstention.readShare)} of these, and ${percent(abstention.accuracyOfRead)} of what it reads is right.</p>`,
  };
}

function classSection({ classes, classesWithoutExamples }: SignsDetails, noun: string): Section {
  const rows = classes
    .toSorted((a, b) => a.f1 - b.f1)
    .map(({ name, count, precision, recall, f1 }) => [
      spoken(name),
      `${count}`,
      score(precision),
      score(recall),
      score(f1),
    ]);
  const absent = classesWithoutExamples.map(spoken).join(', ');
  const table = (part: string[][]) =>
    htmlTable(['class', `${noun}s`, 'precision', 'recall', 'F1'], part);
  return {
    title: 'Every class, the weakest first',
    ...(absent !== '' && { note: `Without examples in this data: ${absent}.` }),
    body:
      table(rows.slice(0, 12)) +
      (rows.length > 12 ? unfolded(`${rows.length - 12} more`, table(rows.slice(12))) : ''),
  };
}
