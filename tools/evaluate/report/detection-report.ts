import type { DetectionOutputSpec } from '../../../src/bundle/output-spec.js';
import { loadAgain, photoUri } from '../../page/picture-uri.js';
import type { ObservationOf } from '../observation.js';
import { detectionSections, type WorstPicture } from '../page/detection-sections.js';
import { shownScore } from '../published-from.js';
import { detectionDetails, type JudgedPicture } from './detection-details.js';
import type { FindingsCollector } from './findings.js';
import { worstFirst } from './worst-first.js';

const mostWorst = 8;
const shownWidthPx = 640;

/** Collects what a detector's report shows besides the scores. */
export function collectDetection(decode: DetectionOutputSpec): FindingsCollector<'detection'> {
  const seen: ObservationOf['detection'][] = [];
  return {
    observe: (observation) => seen.push(observation),
    async finish() {
      const { details, judged } = detectionDetails(seen, decode);
      const worst = await Promise.all(worstPictures(judged).map(pictured));
      const { right, ...wrong } = details.detections;
      const wrongCount = Object.values(wrong).reduce((sum, count) => sum + count, 0);
      const share = (whole: number) => (whole === 0 ? '–' : (right / whole).toFixed(3));
      return {
        details,
        tiles: [
          { name: 'mAP at IoU 0.5', value: details.mAP50.toFixed(3) },
          { name: 'mAP at 0.5 to 0.95', value: details.mAP50to95.toFixed(3) },
          {
            name: `precision at ${shownScore(details.scoreThreshold)}`,
            value: share(right + wrongCount),
          },
          {
            name: `recall at ${shownScore(details.scoreThreshold)}`,
            value: share(right + details.missed),
          },
          { name: 'true boxes', value: `${right + details.missed}` },
        ],
        sections: detectionSections(details, worst),
      };
    },
  };
}

/** The pictures with the most missed and false boxes; ties are broken by the largest missed box. */
function worstPictures(judged: readonly JudgedPicture[]): JudgedPicture[] {
  const badness = ({ outcome: { missed, wrong } }: JudgedPicture) => {
    const heights = missed.map(({ boxXyxyPx }) => boxXyxyPx[3] - boxXyxyPx[1]);
    return missed.length + wrong.length + Math.max(0, ...heights) / 1e5;
  };
  const bad = judged.filter(({ outcome: { missed, wrong } }) => missed.length + wrong.length > 0);
  return worstFirst(bad, badness, ({ seen: { sample } }) => sample.id, mostWorst);
}

async function pictured({ seen, outcome }: JudgedPicture): Promise<WorstPicture> {
  const image = await loadAgain(seen.sample);
  return {
    id: seen.sample.id,
    widthPx: seen.widthPx,
    heightPx: seen.heightPx,
    outcome,
    picture: image && (await photoUri(image, shownWidthPx)),
  };
}
