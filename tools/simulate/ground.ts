import type { Rgb, Vec3 } from './models/mesh.js';
import type { Painter } from './raster/painter.js';
import { type RoadLine, RoadPaint } from './raster/road-paint.js';
import type { Texture } from './raster/texture.js';
import type { Conditions } from './world/conditions.js';
import { segment } from './world/prop.js';
import type { Stretch } from './world/settings.js';
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

/** Draws carriageway, kerbs, pavements, verges and fields from behind the camera to where the haze takes over. */
export function drawGround(
  painter: Painter,
  world: World,
  conditions: Conditions,
  cameraSM: number,
): void {
  const paints = new Map<Stretch, { strips: Strip[] }>();
  const firstM = Math.max(0, cameraSM - 10);
  const lastM = Math.min(world.road.lengthM, cameraSM + viewM);
  for (const stretch of world.stretches) {
    if (stretch.toM < firstM || stretch.fromM > lastM) continue;
    paints.set(stretch, { strips: stripsOf(world, stretch, conditions) });
  }
  // Near fields first, so that later ones fail the depth test early.
  for (let s = firstM; s < lastM; ) {
    const away = Math.max(0, s - cameraSM);
    const stretch = world.stretches.find((one) => s < one.toM - 1e-9);
    if (stretch === undefined) break;
    const next = Math.min(s + (away < 24 ? 1.5 : away < 80 ? 4 : 10), stretch.toM, lastM);
    for (const strip of paints.get(stretch)!.strips) drawField(painter, world, strip, s, next);
    s = next;
  }
}

/** Draws stop lines and crossings onto the ground that is there already. */
export function drawMarks(painter: Painter, world: World, cameraSM: number): void {
  const { road, marks, ground } = world;
  for (const { fromSM, toSM, fromDM, toDM } of marks) {
    if (toSM < cameraSM - 5 || fromSM > cameraSM + 90) continue;
    const outline = [
      [fromSM, fromDM],
      [toSM, fromDM],
      [toSM, toDM],
      [fromSM, toDM],
    ].flatMap(([s, d]) => [...road.toWorld(s!, d!, 0.005), 0, 0]);
    painter.drawDecal(outline, ground.paint, Math.min(1, ground.paintOpacity * 0.85), false);
  }
}

function drawField(painter: Painter, world: World, strip: Strip, fromS: number, toS: number): void {
  const { road } = world;
  const corner = (s: number, d: number, up: number): number[] => {
    const [x, y, z] = road.toWorld(s, d, up);
    return [x, y, z, s, d];
  };
  const near0 = corner(fromS, strip.fromM, strip.fromUpM);
  const near1 = corner(fromS, strip.toM, strip.toUpM);
  const far0 = corner(toS, strip.fromM, strip.fromUpM);
  const far1 = corner(toS, strip.toM, strip.toUpM);
  const { raster } = painter;
  const isWall = strip.fromM === strip.toM;
  const normal: Vec3 = isWall ? [0, 0, 0.2] : [0, 0, 1];
  const shade = painter.lit(normal, strip.tint);
  raster.objectId = groundId(strip.segmentId);
  const packed = { red: shade[0] * 256, green: shade[1] * 256, blue: shade[2] * 256 };
  // Two triangles: in a curve the four corners are not the affine image of a rectangle.
  for (const triangle of [
    [near0, near1, far1],
    [near0, far1, far0],
  ]) {
    const count = painter.place(triangle.flat());
    raster.drawRoad(painter.placed, count, strip.texture, strip.paint, packed);
  }
}

function stripsOf(world: World, stretch: Stretch, conditions: Conditions): Strip[] {
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
      paint: paintOf(world, stretch),
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
    let at = edge;
    let up = 0;
    if (isBuilt) {
      add(at, at, 0, kerbM, ground.paving, [1.12, 1.12, 1.12], segment.pavement);
      add(at, at + 0.14, kerbM, kerbM, ground.paving, [1.16, 1.16, 1.16], segment.pavement);
      add(at + 0.14, at + pavementWidthM, kerbM, kerbM, ground.paving, even, segment.pavement);
      at += pavementWidthM;
      up = kerbM;
      add(
        at,
        at + 14,
        up,
        up,
        stretch.kind === 'town' ? ground.paving : ground.meadow,
        stretch.kind === 'town' ? [0.9, 0.9, 0.9] : green,
        stretch.kind === 'town' ? segment.pavement : segment.tree,
      );
      at += 14;
    } else {
      add(at, at + 0.6, 0, -0.03, ground.verge, even, segment.tree);
      add(at + 0.6, at + 3, -0.03, -0.25, ground.meadow, green, segment.tree);
      add(at + 3, at + 16, -0.25, 0, ground.meadow, green, segment.tree);
      at += 16;
    }
    add(
      at,
      at + 40,
      up,
      0.4,
      ground.meadow,
      [green[0] * 1.04, green[1] * 0.98, green[2] * 0.94],
      segment.tree,
    );
    add(
      at + 40,
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

const paintCache = new WeakMap<World, Map<Stretch, RoadPaint>>();

function paintOf(world: World, stretch: Stretch): RoadPaint {
  let known = paintCache.get(world);
  if (known === undefined) {
    known = new Map();
    paintCache.set(world, known);
  }
  let paint = known.get(stretch);
  if (paint === undefined) {
    paint = makePaint(world, stretch);
    known.set(stretch, paint);
  }
  return paint;
}

function makePaint(world: World, stretch: Stretch): RoadPaint {
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
