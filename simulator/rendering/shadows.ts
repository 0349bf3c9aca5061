import type { Conditions } from '../world/conditions.js';
import type { Prop } from '../world/prop.js';
import type { Painter } from './raster/painter.js';

/** Longest shadow relative to its height, also if the sun is lower. */
const maxReach = 3.2;

/** Darkens the ground where a prop blocks the sun, and a little where it stands. */
export function drawShadow(painter: Painter, prop: Prop, conditions: Conditions): void {
  const { shadow, pose } = prop;
  if (shadow === undefined) return;
  const { sunDirection } = conditions.light;
  const reach = Math.min(maxReach, 1 / Math.max(0.05, sunDirection[2]));
  const shiftX = -sunDirection[0] * reach;
  const shiftY = -sunDirection[1] * reach;
  const cos = Math.cos(pose.yawRad);
  const sin = Math.sin(pose.yawRad);
  const corner = (along: number, across: number, up: number): [number, number] => [
    pose.x + cos * along - sin * across + shiftX * up,
    pose.y + sin * along + cos * across + shiftY * up,
  ];
  const halfL = shadow.lengthM / 2;
  const halfW = shadow.widthM / 2;
  const isCrown = shadow.lengthM === shadow.widthM && shadow.heightM > 4;
  const points: [number, number][] = [];
  if (isCrown) {
    const middle = (shadow.fromM + shadow.heightM) / 2;
    for (let i = 0; i < 9; i++) {
      const angle = (i / 9) * 6.2832;
      points.push(
        corner(
          Math.cos(angle) * halfL,
          Math.sin(angle) * halfW,
          middle + 0.32 * (shadow.heightM - shadow.fromM) * Math.cos(angle),
        ),
      );
    }
  } else {
    for (const up of [shadow.fromM, shadow.heightM]) {
      for (const along of [-halfL, halfL]) {
        for (const across of [-halfW, halfW]) points.push(corner(along, across, up));
      }
    }
  }
  const outline = hullOf(points).flatMap(([x, y]) => [x, y, pose.z + 0.01, 0, 0]);
  painter.drawDecal(outline, [0, 0, 0], conditions.shadowDepth, true);
}

/** The dark gap under vehicles, which shows where they touch the road in any weather. */
export function drawContact(painter: Painter, prop: Prop): void {
  const { shadow, pose } = prop;
  if (shadow === undefined || shadow.fromM !== 0.12) return;
  const cos = Math.cos(pose.yawRad);
  const sin = Math.sin(pose.yawRad);
  for (const [grow, opacity] of [
    [0.16, 0.3],
    [-0.12, 0.45],
  ] as const) {
    const halfL = shadow.lengthM / 2 + grow;
    const halfW = shadow.widthM / 2 + grow;
    const outline = [
      [halfL, halfW],
      [-halfL, halfW],
      [-halfL, -halfW],
      [halfL, -halfW],
    ].flatMap(([along, across]) => [
      pose.x + cos * along! - sin * across!,
      pose.y + sin * along! + cos * across!,
      pose.z + 0.01,
      0,
      0,
    ]);
    painter.drawDecal(outline, [0, 0, 0], opacity, false);
  }
}

/** Convex hull (Andrew's monotone chain), counter-clockwise. */
function hullOf(points: [number, number][]): [number, number][] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (from: [number, number][]): [number, number][] => {
    const hull: [number, number][] = [];
    for (const point of from) {
      while (hull.length >= 2) {
        const [ox, oy] = hull[hull.length - 2]!;
        const [ax, ay] = hull[hull.length - 1]!;
        if ((ax - ox) * (point[1] - oy) - (ay - oy) * (point[0] - ox) > 0) break;
        hull.pop();
      }
      hull.push(point);
    }
    hull.pop();
    return hull;
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}
