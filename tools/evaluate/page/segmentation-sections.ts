import { segmentationClasses, segmentationPaletteRgb } from '../../../src/perception/classes.js';
import type { JudgedClass } from '../../datasets/sample.js';
import { barChart } from '../../page/bar-chart.js';
import { confusionChart } from '../../page/confusion-chart.js';
import { htmlPicture, htmlTable, percent, score, spoken } from '../../page/html-parts.js';
import { lineChart } from '../../page/line-chart.js';
import type { PictureUri } from '../../page/picture-uri.js';
import { escaped } from '../../page/svg.js';
import type { Section } from '../report/findings.js';
import type { SegmentationDetails, SegmentationFrame } from '../report/segmentation-details.js';

export interface WorstFrame extends SegmentationFrame {
  /** Undefined if its file is gone. */
  picture: PictureUri | undefined;
  truth: PictureUri;
  predicted: PictureUri;
}

/** CamVid's colour of a class; for a coarse class the colour of the first class that it contains. */
export const colourOf = ({ members: [first] }: JudgedClass) =>
  segmentationPaletteRgb[
    segmentationClasses.indexOf(first as (typeof segmentationClasses)[number])
  ]!;

/** The cards of a segmentation network's report. */
export function segmentationSections(
  details: SegmentationDetails,
  worst: readonly WorstFrame[],
): Section[] {
  const { classes, classesWithoutExamples, judged, confusion, frames } = details;
  const colourNamed = (name: string) => colourOf(judged.find((each) => each.name === name)!);
  const absent = classesWithoutExamples.map(spoken).join(', ');
  return [
    {
      title: 'IoU of each class',
      note: `Right pixels over those that are the class or were called it.${absent === '' ? '' : ` Without examples in this data, or unknown to the network: ${absent}.`}`,
      body: barChart(
        'IoU of each class',
        classes
          .toSorted((a, b) => b.iou - a.iou)
          .map(({ name, iou, truthShare }) => ({
            name: spoken(name),
            share: iou,
            words: `${score(iou)}, ${percent(truthShare)} of pixels`,
            colourRgb: colourNamed(name),
          })),
      ),
    },
    {
      title: 'Worst frames',
      note: 'Frame, truth, answer, by the mIoU of the frame alone. Black is void: neither trained on nor scored.',
      body: `${colourKey(judged)}${worst.map(triple).join('\n')}`,
    },
    {
      title: 'What is taken for what',
      note: 'Percent of the pixels of a true class (row) that were called a class (column).',
      body: `<div class="narrow">${confusionChart({ title: 'Confusion of the segmentation classes', names: [...judged.map(({ name }) => name), 'not judged'], counts: confusion })}</div>`,
    },
    {
      title: 'Frame by frame',
      note: 'mIoU of each frame, in the order of the data.',
      body: `<div class="wide">${lineChart({
        title: 'mIoU of each frame',
        widthPx: 960,
        heightPx: 200,
        xName: 'frame',
        yRange: [0, 1],
        series: [
          { name: 'mIoU', colour: 0, points: frames.map(({ mIoU }, x) => ({ x, y: mIoU })) },
        ],
      })}</div>`,
    },
    {
      title: 'All numbers',
      body: htmlTable(
        ['class', 'IoU', 'precision', 'recall', 'F1', 'share of pixels'],
        classes.map(({ name, iou, precision, recall, f1, truthShare }) => [
          spoken(name),
          score(iou),
          score(precision),
          score(recall),
          score(f1),
          percent(truthShare),
        ]),
      ),
    },
  ];
}

const triple = ({ id, mIoU, pixelAccuracy, picture, truth, predicted }: WorstFrame) =>
  `<figure class="triple"><div>${picture ? htmlPicture(picture, 'frame') : '<p class="muted">gone</p>'}${htmlPicture(truth, 'truth')}${htmlPicture(predicted, 'answer')}</div>
<figcaption><b>${escaped(id)}</b>: mIoU ${score(mIoU)}, ${percent(pixelAccuracy)} of pixels right</figcaption></figure>`;

const colourKey = (judged: readonly JudgedClass[]) =>
  `<ul class="key">${judged.map((each) => `<li><span class="swatch" style="background:rgb(${colourOf(each).join(' ')})"></span>${spoken(each.name)}</li>`).join('')}</ul>`;
