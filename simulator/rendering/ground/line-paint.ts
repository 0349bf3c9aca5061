import { edgeLineM, laneMiddlesM, type Stretch } from '../../world/settings.js';
import type { World } from '../../world/world.js';
import { type RoadLine, RoadPaint } from '../raster/road-paint.js';
import type { Mouth } from './mouth.js';

const paintCache = new WeakMap<World, Map<string, RoadPaint>>();

/** Lines and wheel tracks of a stretch's carriageway; made once for a world. */
export function paintOf(world: World, stretch: Stretch, mouth?: Mouth): RoadPaint {
  let known = paintCache.get(world);
  if (known === undefined) {
    known = new Map();
    paintCache.set(world, known);
  }
  // A mouth interrupts the edge line of its side.
  const edged = [1, -1].filter((side) => ((side > 0 ? mouth?.left : mouth?.right) ?? 0) === 0);
  const key = `${stretch.fromM} ${edged}`;
  let paint = known.get(key);
  if (paint === undefined) {
    paint = makePaint(world, stretch, edged);
    known.set(key, paint);
  }
  return paint;
}

function makePaint(world: World, stretch: Stretch, edged: readonly number[]): RoadPaint {
  const { make, ground } = world;
  const lines: RoadLine[] = [];
  const lineM = stretch.kind === 'motorway' ? 0.15 : 0.12;
  if (make.centreLine === 'double') {
    lines.push(
      { offsetM: 0.12, widthM: lineM, isDashed: false },
      { offsetM: -0.12, widthM: lineM, isDashed: false },
    );
  } else if (make.centreLine !== 'none') {
    lines.push({ offsetM: 0, widthM: lineM, isDashed: make.centreLine === 'dashed' });
  }
  for (const side of [1, -1]) {
    for (let lane = 1; lane < make.lanesPerDirection; lane++) {
      lines.push({ offsetM: side * lane * make.laneWidthM, widthM: lineM, isDashed: true });
    }
    if (!edged.includes(side)) continue;
    // Towns mark the parking strip with a broken line, open roads their edge with a solid one.
    lines.push({
      offsetM: side * edgeLineM(make),
      widthM: stretch.kind === 'motorway' ? 0.25 : 0.12,
      isDashed: stretch.kind === 'town',
    });
  }
  const tracks = laneMiddlesM(make).flatMap((middleM) => [middleM - 0.75, middleM + 0.75]);
  const [red, green, blue] = ground.paint;
  return new RoadPaint(
    lines,
    tracks,
    ground.trackTone,
    make.dashLengthM,
    make.dashPeriodM,
    ground.paintOpacity,
    red,
    green,
    blue,
  );
}
