import type { Conditions } from '../../world/conditions.js';
import type { Vec3 } from '../../world/models/mesh.js';
import type { Stretch } from '../../world/settings.js';
import type { World } from '../../world/world.js';
import type { Painter } from '../raster/painter.js';
import type { Shade } from '../raster/rasterizer.js';
import { mouthAt, mouthEdgesOf } from './mouth.js';
import { type GroundStrip, groundId, stripsOf } from './strips.js';

const viewM = 260;
/** Draws carriageway, kerbs, pavements, verges and fields from behind the camera to where the haze hides them. */
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

/** Draws stop lines and crossings onto ground that was drawn before. */
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

/** The cross-section line at one place along the road: an origin, and the direction to the left. */
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

/** A strip with its texture's brightness in this light. */
interface LitStrip extends GroundStrip {
  shade: Shade;
}

function litStrip(painter: Painter, strip: GroundStrip): LitStrip {
  const isWall = strip.fromM === strip.toM;
  const normal: Vec3 = isWall ? [0, 0, 0.2] : [0, 0, 1];
  const [red, green, blue] = painter.lit(normal, strip.tint);
  return { ...strip, shade: { red: red * 256, green: green * 256, blue: blue * 256 } };
}
