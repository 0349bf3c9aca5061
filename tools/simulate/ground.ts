import type { Rgb, Vec3 } from './models/mesh.js';
import type { Painter } from './raster/painter.js';
import type { Shade } from './raster/rasterizer.js';
import { type RoadLine, RoadPaint } from './raster/road-paint.js';
import type { Texture } from './raster/texture.js';
import type { Conditions } from './world/conditions.js';
import { segment } from './world/prop.js';
import type { Stretch } from './world/settings.js';
import { mouthDepthM, mouthHalfM, sideRoadLengthM } from './world/side-road.js';
import { asphaltEdgeM, kerbM, pavementWidthM, type World } from './world/world.js';

/** The object id of bare ground of a class: 1 + class. Shadows and painted marks fall on these only. */
export function groundId(segmentId: number): number {
  return 1 + segmentId;
}

interface Strip {
  fromM: number;
  toM: number;
  /** Height above the road at both edges, metres. */
  fromUpM: number;
  toUpM: number;
  texture: Texture;
  tint: Rgb;
  segmentId: number;
  paint?: RoadPaint;
}

const viewM = 260;
/** Pavement and yards of a built-up stretch together, metres. */
const builtM = pavementWidthM + 14;

/** Draws carriageway, kerbs, pavements, verges and fields from behind the camera to where the haze takes over. */
export function drawGround(
  painter: Painter,
  world: World,
  conditions: Conditions,
  cameraSM: number,
): void {
  const paints = new Map<Stretch, LitStrip[]>();
  const firstM = Math.max(0, cameraSM - 10);
  const lastM = Math.min(world.road.lengthM, cameraSM + viewM);
  for (const stretch of world.stretches) {
    if (stretch.toM < firstM || stretch.fromM > lastM) continue;
    const strips = stripsOf(world, stretch, conditions);
    paints.set(
      stretch,
      strips.map((strip) => litStrip(painter, strip)),
    );
  }
  const mouthEdges = mouthEdgesOf(world);
  // Near fields first, so that later ones fail the depth test early.
  let near = crossLineAt(world, firstM);
  for (let s = firstM; s < lastM; ) {
    const away = Math.max(0, s - cameraSM);
    const stretch = world.stretches.find((one) => s < one.toM - 1e-9);
    if (stretch === undefined) break;
    const mouthEdge = mouthEdges.find((edge) => edge > s + 1e-6) ?? lastM;
    const stepM = away < 24 ? 1.5 : away < 80 ? 4 : 10;
    const next = Math.min(s + stepM, stretch.toM, lastM, mouthEdge);
    const far = crossLineAt(world, next);
    const mouth = mouthAt(world, (s + next) / 2);
    const strips =
      mouth === undefined
        ? paints.get(stretch)!
        : stripsOf(world, stretch, conditions, mouth).map((strip) => litStrip(painter, strip));
    for (const strip of strips) drawField(painter, strip, near, far);
    near = far;
    s = next;
  }
}

/** Draws stop lines and crossings onto the ground that is there already. */
export function drawMarks(painter: Painter, world: World, cameraSM: number): void {
  const { road, marks, ground } = world;
  const paintOpacity = Math.min(1, ground.paintOpacity * 0.85);
  for (const { fromSM, toSM, fromDM, toDM, colour, opacity } of marks) {
    if (toSM < cameraSM - 5 || fromSM > cameraSM + 90) continue;
    const outline = [
      [fromSM, fromDM],
      [toSM, fromDM],
      [toSM, toDM],
      [fromSM, toDM],
    ].flatMap(([s, d]) => [...road.toWorld(s!, d!, 0.005), 0, 0]);
    painter.drawDecal(outline, colour ?? ground.paint, opacity ?? paintOpacity, false);
  }
}

/** The line across the road at one place along it: an origin, and the direction to the left. */
interface CrossLine {
  sM: number;
  x: number;
  y: number;
  z: number;
  leftX: number;
  leftY: number;
}

function crossLineAt(world: World, sM: number): CrossLine {
  const { x, y, z, headingRad } = world.road.at(sM);
  return { sM, x, y, z, leftX: -Math.sin(headingRad), leftY: Math.cos(headingRad) };
}

const triangle = new Array<number>(15).fill(0);

function setCorner(corner: number, line: CrossLine, dM: number, upM: number): void {
  const at = corner * 5;
  triangle[at] = line.x + line.leftX * dM;
  triangle[at + 1] = line.y + line.leftY * dM;
  triangle[at + 2] = line.z + upM;
  triangle[at + 3] = line.sM;
  triangle[at + 4] = dM;
}

function drawField(painter: Painter, strip: LitStrip, near: CrossLine, far: CrossLine): void {
  const { raster } = painter;
  const { fromM, toM, fromUpM, toUpM, texture, paint, shade } = strip;
  raster.objectId = groundId(strip.segmentId);
  // Two triangles: in a curve the four corners are not the affine image of a rectangle.
  setCorner(0, near, fromM, fromUpM);
  setCorner(1, near, toM, toUpM);
  setCorner(2, far, toM, toUpM);
  raster.drawRoad(painter.placed, painter.place(triangle), texture, paint, shade);
  setCorner(1, far, toM, toUpM);
  setCorner(2, far, fromM, fromUpM);
  raster.drawRoad(painter.placed, painter.place(triangle), texture, paint, shade);
}

/** A strip with its texture's brightness under the light. */
interface LitStrip extends Strip {
  shade: Shade;
}

function litStrip(painter: Painter, strip: Strip): LitStrip {
  const isWall = strip.fromM === strip.toM;
  const normal: Vec3 = isWall ? [0, 0, 0.2] : [0, 0, 1];
  const [red, green, blue] = painter.lit(normal, strip.tint);
  return { ...strip, shade: { red: red * 256, green: green * 256, blue: blue * 256 } };
}

/** How far side roads take the place of what lies to the left and right of the carriageway, metres. */
interface Mouth {
  left: number;
  right: number;
}

/** Places along the road where a mouth's outline turns. */
function mouthEdgesOf({ sideRoads }: World): number[] {
  return sideRoads
    .flatMap((sideRoad) => {
      const steps = [0, 0.4, 1, 2, 3, mouthHalfM(sideRoad) - sideRoad.widthM / 2];
      return steps.flatMap((beyond) => {
        const halfM = sideRoad.widthM / 2 + beyond;
        return [sideRoad.sM - halfM, sideRoad.sM + halfM];
      });
    })
    .sort((a, b) => a - b);
}

function mouthAt({ sideRoads }: World, sM: number): Mouth | undefined {
  const mouth: Mouth = { left: 0, right: 0 };
  for (const sideRoad of sideRoads) {
    const depthM = mouthDepthM(sideRoad, sM);
    if (sideRoad.sides.includes(1)) mouth.left = Math.max(mouth.left, depthM);
    if (sideRoad.sides.includes(-1)) mouth.right = Math.max(mouth.right, depthM);
  }
  return mouth.left + mouth.right > 0 ? mouth : undefined;
}

function stripsOf(world: World, stretch: Stretch, conditions: Conditions, mouth?: Mouth): Strip[] {
  const { ground } = world;
  const edge = asphaltEdgeM(world, stretch);
  const green = conditions.seasonGreen;
  const strips: Strip[] = [
    {
      fromM: -edge,
      toM: edge,
      fromUpM: 0,
      toUpM: 0,
      texture: ground.asphalt,
      tint: ground.asphaltTint,
      segmentId: segment.road,
      paint: paintOf(world, stretch, mouth),
    },
  ];
  const isBuilt = stretch.kind === 'town' || stretch.kind === 'suburb';
  const even: Rgb = [1, 1, 1];
  for (const side of [1, -1]) {
    const add = (
      fromM: number,
      toM: number,
      fromUpM: number,
      toUpM: number,
      texture: Texture,
      tint: Rgb,
      segmentId: number,
    ): void => {
      strips.push({
        fromM: side * fromM,
        toM: side * toM,
        fromUpM,
        toUpM,
        texture,
        tint,
        segmentId,
      });
    };
    const mouthM = (side > 0 ? mouth?.left : mouth?.right) ?? 0;
    const isOpen = mouthM >= sideRoadLengthM;
    if (mouthM > 0) {
      // Within a corner it runs on under the pavement, so that no gap shows below its end.
      const toM = edge + (isOpen || !isBuilt ? mouthM : builtM);
      add(edge, toM, 0, 0, ground.asphalt, ground.asphaltTint, segment.road);
    }
    let at = edge;
    let up = 0;
    if (isBuilt) {
      const kerbAtM = edge + mouthM;
      at += pavementWidthM;
      up = kerbM;
      if (!isOpen) {
        add(kerbAtM, kerbAtM, 0, up, ground.paving, [1.12, 1.12, 1.12], segment.pavement);
        add(kerbAtM, kerbAtM + 0.14, up, up, ground.paving, [1.16, 1.16, 1.16], segment.pavement);
        if (kerbAtM + 0.14 < at)
          add(kerbAtM + 0.14, at, up, up, ground.paving, even, segment.pavement);
        const isTown = stretch.kind === 'town';
        add(
          Math.max(at, kerbAtM + 0.14),
          edge + builtM,
          up,
          up,
          isTown ? ground.paving : ground.meadow,
          isTown ? [0.9, 0.9, 0.9] : green,
          isTown ? segment.pavement : segment.tree,
        );
      }
      at = edge + builtM;
    } else {
      add(at, at + 0.6, 0, -0.03, ground.verge, even, segment.tree);
      add(at + 0.6, at + 3, -0.03, -0.25, ground.meadow, green, segment.tree);
      add(at + 3, at + 16, -0.25, 0, ground.meadow, green, segment.tree);
      at += 16;
    }
    const fieldM = isOpen ? Math.max(at, edge + mouthM) : at;
    add(
      fieldM,
      Math.max(fieldM, at + 40),
      isOpen ? 0 : up,
      0.4,
      ground.meadow,
      [green[0] * 1.04, green[1] * 0.98, green[2] * 0.94],
      segment.tree,
    );
    add(
      Math.max(fieldM, at + 40),
      at + 140,
      0.4,
      2,
      ground.meadow,
      [green[0] * 0.94, green[1] * 0.94, green[2] * 0.94],
      segment.tree,
    );
  }
  return strips;
}

const paintCache = new WeakMap<World, Map<string, RoadPaint>>();

function paintOf(world: World, stretch: Stretch, mouth?: Mouth): RoadPaint {
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
  } else {
    lines.push({ offsetM: 0, widthM: lineM, isDashed: make.centreLine === 'dashed' });
  }
  for (const side of [1, -1]) {
    for (let lane = 1; lane < make.lanesPerDirection; lane++) {
      lines.push({ offsetM: side * lane * make.laneWidthM, widthM: lineM, isDashed: true });
    }
    const edge = make.laneWidthM * make.lanesPerDirection;
    if (!edged.includes(side)) continue;
    // Towns mark the parking strip with a broken line, open roads their edge with a solid one.
    lines.push({
      offsetM: side * edge,
      widthM: stretch.kind === 'motorway' ? 0.25 : 0.12,
      isDashed: stretch.kind === 'town',
    });
  }
  const tracks: number[] = [];
  for (const side of [1, -1]) {
    for (let lane = 0; lane < make.lanesPerDirection; lane++) {
      const centre = side * make.laneWidthM * (lane + 0.5);
      tracks.push(centre - 0.75, centre + 0.75);
    }
  }
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
