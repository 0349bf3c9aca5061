import { degrees } from '../../page/html-parts.js';
import { loadAgain, photoUri } from '../../page/picture-uri.js';
import type { ObservationOf } from '../observation.js';
import { steeringSections, type WorstAngle } from '../page/steering-sections.js';
import { regressionScores } from '../regression.js';
import type { FindingsCollector } from './findings.js';
import { steeringDetails } from './steering-details.js';
import { worstFirst } from './worst-first.js';

type Seen = ObservationOf['steering'];

const mostWorst = 8;
const shownWidthPx = 480;
/** This many consecutive frames of a drive are alike: one of them is enough. */
const stretchLength = 12;

/** Collects what a steering network's report shows besides the scores. */
export function collectSteering(): FindingsCollector<'steering'> {
  const seen: Seen[] = [];
  return {
    observe: (observation) => seen.push(observation),
    async finish() {
      const details = steeringDetails(seen);
      const { mae, rmse, r2, correlation } = regressionScores(
        details.samples.map(({ truthRad }) => truthRad),
        details.samples.map(({ predictedRad }) => predictedRad),
      );
      const worst = await Promise.all(worstSamples(seen).map(pictured));
      return {
        details,
        tiles: [
          { name: 'MAE', value: degrees(mae) },
          { name: 'RMSE', value: degrees(rmse) },
          { name: 'R²', value: r2.toFixed(3) },
          { name: 'correlation', value: correlation.toFixed(3) },
          { name: 'straight ahead would be MAE', value: degrees(details.straightAheadMaeRad) },
        ],
        sections: steeringSections(details, worst),
      };
    },
  };
}

const errorOf = ({ sample, predictedRad }: Seen) => Math.abs(predictedRad - sample.steeringRad);

function worstSamples(seen: readonly Seen[]): Seen[] {
  const placed = seen.map((item, index) => ({
    item,
    stretch: `${Math.floor(index / stretchLength)}`,
  }));
  const badness = ({ item }: { item: Seen }) => errorOf(item);
  return worstFirst(placed, badness, ({ stretch }) => stretch, mostWorst).map(({ item }) => item);
}

async function pictured({ sample, predictedRad }: Seen): Promise<WorstAngle> {
  const image = await loadAgain(sample);
  return {
    id: sample.id,
    truthRad: sample.steeringRad,
    predictedRad,
    picture: image && (await photoUri(image, shownWidthPx)),
  };
}
