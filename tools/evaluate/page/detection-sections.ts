import { barChart } from '../../page/bar-chart.js';
import { htmlTable, percent, score, spoken } from '../../page/html-parts.js';
import { chartKey, lineChart } from '../../page/line-chart.js';
import type { PictureUri } from '../../page/picture-uri.js';
import { escaped } from '../../page/svg.js';
import type { PictureOutcome } from '../detection-outcomes.js';
import { falseKinds } from '../detection-outcomes.js';
import { shownScore } from '../published-from.js';
import type { DetectionDetails } from '../report/detection-details.js';
import type { Section } from '../report/findings.js';
import { boxesSvg } from './boxes-svg.js';

export interface WorstPicture {
  id: string;
  /** Size of the picture as it was scored; boxes are in these pixels. */
  widthPx: number;
  heightPx: number;
  outcome: PictureOutcome;
  /** Undefined if its file is gone. */
  picture: PictureUri | undefined;
}

/** The cards of a detector's report. */
export function detectionSections(
  details: DetectionDetails,
  worst: readonly WorstPicture[],
): Section[] {
  return [
    curveSection(details),
    worstSection(worst),
    falseSection(details),
    heightSection(details),
    numbersSection(details),
  ];
}

function curveSection({ classes, scoreThreshold }: DetectionDetails): Section {
  const series = classes.map(({ className, apByIou, curve }, colour) => ({
    name: `${spoken(className)}, AP ${score(apByIou[0]!)}`,
    colour: colour % 9,
    points: curve.map(({ recall, precision }) => ({ x: recall, y: precision })),
  }));
  const marks = classes.map(({ className, atThreshold: { recall, precision } }, colour) => ({
    x: recall,
    y: precision,
    colour: colour % 9,
    words: `${spoken(className)} at a score of ${shownScore(scoreThreshold)}: precision ${score(precision)}, recall ${score(recall)}`,
  }));
  return {
    title: 'Precision and recall',
    note: `At IoU 0.5, from the highest score (left) down. The dot is where the bundle cuts: a score of ${shownScore(scoreThreshold)}.`,
    body: `${chartKey(series)}<div class="wide">${lineChart({
      title: 'Precision by recall of each class',
      widthPx: 960,
      heightPx: 380,
      xName: 'recall',
      xRange: [0, 1],
      yRange: [0, 1],
      series,
      marks,
    })}</div>`,
  };
}

function worstSection(worst: readonly WorstPicture[]): Section {
  const figures = worst.map(
    ({ id, outcome, ...picture }) => `<figure>${boxesSvg(picture, outcome)}
<figcaption><b>${escaped(id)}</b>: ${outcome.right.length} found, ${outcome.missed.length} missed, ${outcome.wrong.length} false</figcaption></figure>`,
  );
  return {
    title: 'Worst pictures',
    note: 'Those with the most missed and false boxes above the threshold.',
    body:
      worst.length === 0
        ? '<p>Nothing was missed, and nothing was false.</p>'
        : `<ul class="key"><li><span class="swatch" style="background:#35d07f"></span>found</li><li><span class="swatch" style="background:#ffb938"></span>missed (dashed)</li><li><span class="swatch" style="background:#ff5c5c"></span>false</li><li><span class="swatch" style="background:#c9c9c9"></span>not scored (dotted)</li></ul>
<div class="frames">${figures.join('\n')}</div>`,
  };
}

const falseWords: Readonly<Record<(typeof falseKinds)[number], string>> = {
  duplicate: 'second box of one object',
  confused: 'an object of another class',
  misplaced: 'its class, badly placed',
  background: 'nothing there',
};

function falseSection({ detections, missed, scoreThreshold }: DetectionDetails): Section {
  const { right, ...wrong } = detections;
  const rows: [name: string, count: number][] = [
    ['right', right],
    ...falseKinds.map((kind): [string, number] => [falseWords[kind], wrong[kind]]),
    ['missed', missed],
  ];
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return {
    title: 'Why boxes are wrong',
    note: `Detections with a score of at least ${shownScore(scoreThreshold)}. Badly placed: an IoU of 0.1 to 0.5 with an object of its class.`,
    body: barChart(
      'Right, wrong and missed boxes',
      rows.map(([name, count]) => ({ name, share: count / most, words: `${count}` })),
    ),
  };
}

function heightSection({ recallByHeight, scoreThreshold }: DetectionDetails): Section {
  return {
    title: 'Found, by the height of the object',
    note: `Share of the true boxes that were found at IoU 0.5 with a score of at least ${shownScore(scoreThreshold)}; heights in pixels of the picture.`,
    body: barChart(
      'Recall by height',
      recallByHeight
        .filter(({ count }) => count > 0)
        .map(({ fromPx, toPx, count, found, recall }) => ({
          name: toPx === null ? `${fromPx} px and more` : `${fromPx} to ${toPx} px`,
          share: recall,
          words: `${percent(recall)}, ${found} of ${count}`,
        })),
    ),
  };
}

function numbersSection({
  classes,
  classesWithoutExamples,
  scoreThreshold,
}: DetectionDetails): Section {
  const absent = classesWithoutExamples.map(spoken).join(', ');
  return {
    title: 'All numbers',
    note: `Precision, recall and F1 at a score of ${shownScore(scoreThreshold)}; the last two columns say which score would give the best F1.${absent === '' ? '' : ` Without examples in this data, and so not scored: ${absent}.`}`,
    body: htmlTable(
      [
        'class',
        'boxes',
        'AP at 0.5',
        'AP at 0.75',
        'AP at 0.5 to 0.95',
        'precision',
        'recall',
        'F1',
        'best F1',
        'at score',
      ],
      classes.map(({ className, count, apByIou, ap50to95, atThreshold, best }) => [
        spoken(className),
        `${count}`,
        score(apByIou[0]!),
        score(apByIou[5]!),
        score(ap50to95),
        score(atThreshold.precision),
        score(atThreshold.recall),
        score(atThreshold.f1),
        best ? score(best.f1) : '–',
        best ? score(best.score) : '–',
      ]),
    ),
  };
}
