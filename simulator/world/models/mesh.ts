import type { Texture } from '../../rendering/raster/texture.js';

export type Vec3 = readonly [number, number, number];
/** Red, green, blue, 0..255, as seen in full daylight. */
export type Rgb = readonly [number, number, number];

/** The material of a face; faces name a slot, and each placed object fills the slots. */
export interface Surface {
  /** Multiplies the texture if there is one. */
  colour: Rgb;
  texture?: Texture;
  /** 0 is lit by the world, 1 glows on its own. */
  glow?: number;
  /** Texels under half alpha are holes. */
  isCutOut?: boolean;
  /** Bilinear texels, for surfaces that are seen close up. */
  isSmooth?: boolean;
  isTwoSided?: boolean;
}

export interface MeshFace {
  /** x, y, z of each corner, counter-clockwise seen from outside; convex and flat. */
  corners: Float64Array;
  /** u, v of each corner; empty for a face without texture. */
  uv: Float64Array;
  normal: Vec3;
  slot: number;
}

/** A solid in its own axes: x forward, y left, z up, metres, origin on the ground. */
export interface Mesh {
  faces: MeshFace[];
  /** Radius of a ball around the origin that contains everything, metres. */
  radiusM: number;
}

/** Collects faces and orients each so that it looks away from `inside`. */
export class MeshBuilder {
  private readonly faces: MeshFace[] = [];

  /** A flat convex face. `inside` is any point behind it; without it the order of the corners is kept. */
  face(corners: readonly Vec3[], slot: number, inside?: Vec3, uv?: readonly number[]): void {
    let normal = normalOf(corners);
    let order = corners.map((_, index) => index);
    if (inside !== undefined) {
      const a = corners[0]!;
      const outwards =
        normal[0] * (a[0] - inside[0]) +
        normal[1] * (a[1] - inside[1]) +
        normal[2] * (a[2] - inside[2]);
      if (outwards < 0) {
        order = order.reverse();
        normal = [-normal[0], -normal[1], -normal[2]];
      }
    }
    this.faces.push({
      corners: Float64Array.from(order.flatMap((index) => [...corners[index]!])),
      uv: Float64Array.from(
        uv === undefined ? [] : order.flatMap((index) => [uv[2 * index]!, uv[2 * index + 1]!]),
      ),
      normal,
      slot,
    });
  }

  /** An upright box; if given, uv counts metres / uvPerM around the sides. */
  box(from: Vec3, to: Vec3, slot: number): void {
    const corners = boxCorners(from, to);
    this.hull(corners, slot);
  }

  /** A solid with eight corners in box order (see boxCorners), which need not be upright. */
  hull(c: readonly Vec3[], slot: number, uvBottomTop = false): void {
    const inside = meanOf(c);
    const sides = [
      [0, 1, 5, 4],
      [1, 2, 6, 5],
      [2, 3, 7, 6],
      [3, 0, 4, 7],
    ];
    for (const side of sides) {
      this.face(
        side.map((index) => c[index]!),
        slot,
        inside,
        uvBottomTop ? [0, 0, 1, 0, 1, 1, 0, 1] : undefined,
      );
    }
    this.face(
      [c[4]!, c[5]!, c[6]!, c[7]!],
      slot,
      inside,
      uvBottomTop ? [0, 1, 1, 1, 1, 1, 0, 1] : undefined,
    );
    this.face(
      [c[0]!, c[1]!, c[2]!, c[3]!],
      slot,
      inside,
      uvBottomTop ? [0, 0, 1, 0, 1, 0, 0, 0] : undefined,
    );
  }

  /** A limb, pole or pipe: a prism of `sides` sides from one point to another with two radii. */
  limb(
    from: Vec3,
    to: Vec3,
    fromRadiusM: number,
    toRadiusM: number,
    slot: number,
    sides = 6,
    flatten = 1,
  ): void {
    const axis = normalise([to[0] - from[0], to[1] - from[1], to[2] - from[2]]);
    const helper: Vec3 = Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
    const a = normalise(cross(helper, axis));
    const b = cross(axis, a);
    const ring = (centre: Vec3, radiusM: number): Vec3[] =>
      Array.from({ length: sides }, (_, i) => {
        const angle = (i / sides) * 2 * Math.PI;
        const ca = Math.cos(angle) * radiusM * flatten;
        const cb = Math.sin(angle) * radiusM;
        return [
          centre[0] + a[0] * cb + b[0] * ca,
          centre[1] + a[1] * cb + b[1] * ca,
          centre[2] + a[2] * cb + b[2] * ca,
        ];
      });
    const low = ring(from, fromRadiusM);
    const high = ring(to, toRadiusM);
    const inside = meanOf([from, to]);
    for (let i = 0; i < sides; i++) {
      const next = (i + 1) % sides;
      this.face([low[i]!, low[next]!, high[next]!, high[i]!], slot, inside);
    }
    this.face(high, slot, inside);
    this.face(low, slot, inside);
  }

  /** A ball of `rings` x `sides` faces. */
  ball(centre: Vec3, radius: Vec3, slot: number, sides = 8, rings = 5): void {
    const at = (ring: number, side: number): Vec3 => {
      const polar = (ring / rings) * Math.PI;
      const around = (side / sides) * 2 * Math.PI;
      return [
        centre[0] + Math.sin(polar) * Math.cos(around) * radius[0],
        centre[1] + Math.sin(polar) * Math.sin(around) * radius[1],
        centre[2] - Math.cos(polar) * radius[2],
      ];
    };
    for (let ring = 0; ring < rings; ring++) {
      for (let side = 0; side < sides; side++) {
        const corners =
          ring === 0
            ? [at(0, 0), at(1, side), at(1, side + 1)]
            : ring === rings - 1
              ? [at(ring, side), at(ring, side + 1), at(rings, 0)]
              : [at(ring, side), at(ring, side + 1), at(ring + 1, side + 1), at(ring + 1, side)];
        this.face(corners, slot, centre);
      }
    }
  }

  /** A disc in the plane y = yM, visible from the side of `faces` (1 left, -1 right). */
  disc(
    x: number,
    yM: number,
    z: number,
    radiusM: number,
    slot: number,
    faces: 1 | -1,
    sides = 14,
  ): void {
    const corners = Array.from({ length: sides }, (_, i): Vec3 => {
      const angle = (i / sides) * 2 * Math.PI;
      return [x + Math.cos(angle) * radiusM, yM, z + Math.sin(angle) * radiusM];
    });
    this.face(corners, slot, [x, yM - faces, z]);
  }

  build(): Mesh {
    let radius = 0;
    for (const face of this.faces) {
      for (let i = 0; i < face.corners.length; i += 3) {
        radius = Math.max(
          radius,
          Math.hypot(face.corners[i]!, face.corners[i + 1]!, face.corners[i + 2]!),
        );
      }
    }
    return { faces: this.faces, radiusM: radius };
  }
}

/** Corners 0..3 are the floor, counter-clockwise from low x and low y; 4..7 are above them. */
export function boxCorners(from: Vec3, to: Vec3): Vec3[] {
  const [x0, y0, z0] = from;
  const [x1, y1, z1] = to;
  return [
    [x0, y0, z0],
    [x1, y0, z0],
    [x1, y1, z0],
    [x0, y1, z0],
    [x0, y0, z1],
    [x1, y0, z1],
    [x1, y1, z1],
    [x0, y1, z1],
  ];
}

function meanOf(points: readonly Vec3[]): Vec3 {
  let [x, y, z] = [0, 0, 0];
  for (const point of points) {
    x += point[0];
    y += point[1];
    z += point[2];
  }
  return [x / points.length, y / points.length, z / points.length];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function normalise(v: Vec3): Vec3 {
  const length = Math.hypot(v[0], v[1], v[2]) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** Newell's method: correct for any flat polygon, even if its first corners are collinear. */
function normalOf(corners: readonly Vec3[]): Vec3 {
  let [x, y, z] = [0, 0, 0];
  for (let i = 0; i < corners.length; i++) {
    const a = corners[i]!;
    const b = corners[(i + 1) % corners.length]!;
    x += (a[1] - b[1]) * (a[2] + b[2]);
    y += (a[2] - b[2]) * (a[0] + b[0]);
    z += (a[0] - b[0]) * (a[1] + b[1]);
  }
  return normalise([x, y, z]);
}
