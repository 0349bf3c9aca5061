import type { Mesh, Rgb, Surface, Vec3 } from '../../world/models/mesh.js';
import type { Rasterizer, Shade } from './rasterizer.js';
import { packRgba } from './texture.js';

/**
 * Pose of a camera or an object: x, y on the plane, z up, metres; yaw from x towards y, pitch nose down, roll right
 * side down, radians.
 */
export interface Pose {
  x: number;
  y: number;
  z: number;
  yawRad: number;
  pitchRad: number;
  rollRad: number;
}

/** Sun and sky. Strengths are per channel, 1 leaves a colour as it is. */
export interface Light {
  /** Unit vector towards the sun. */
  sunDirection: Vec3;
  sun: Rgb;
  sky: Rgb;
}

/** Rows are the object's axes (forward, left, up) in its parent's axes. */
export function axesOf(pose: Pose): [Vec3, Vec3, Vec3] {
  const cy = Math.cos(pose.yawRad);
  const sy = Math.sin(pose.yawRad);
  const cp = Math.cos(pose.pitchRad);
  const sp = Math.sin(pose.pitchRad);
  const cr = Math.cos(pose.rollRad);
  const sr = Math.sin(pose.rollRad);
  const forward: Vec3 = [cy * cp, sy * cp, -sp];
  const left0: Vec3 = [-sy, cy, 0];
  const up0: Vec3 = [cy * sp, sy * sp, cp];
  return [
    forward,
    [left0[0] * cr + up0[0] * sr, left0[1] * cr + up0[1] * sr, up0[2] * sr],
    [up0[0] * cr - left0[0] * sr, up0[1] * cr - left0[1] * sr, up0[2] * cr],
  ];
}

/** Transforms meshes and polygons of the world into the camera's view and passes them to the rasterizer. */
export class Painter {
  private readonly polygon = new Float64Array(32 * 5);
  private readonly shade: Shade = { red: 256, green: 256, blue: 256, glow: 0 };
  private readonly right: Vec3;
  private readonly down: Vec3;
  private readonly forward: Vec3;
  private readonly tanHalfX: number;

  constructor(
    readonly raster: Rasterizer,
    readonly camera: Pose,
    readonly light: Light,
  ) {
    const [forward, left, up] = axesOf(camera);
    this.forward = forward;
    this.right = [-left[0], -left[1], -left[2]];
    this.down = [-up[0], -up[1], -up[2]];
    const { centreXPx, target, focalXPx } = raster;
    this.tanHalfX = Math.max(centreXPx, target.widthPx - centreXPx) / focalXPx;
  }

  /** The camera's axes in the world. */
  get axes(): { right: Vec3; down: Vec3; forward: Vec3 } {
    return { right: this.right, down: this.down, forward: this.forward };
  }

  /** Metres along the optical axis. */
  depthOf(x: number, y: number, z: number): number {
    const { camera, forward } = this;
    return (x - camera.x) * forward[0] + (y - camera.y) * forward[1] + (z - camera.z) * forward[2];
  }

  /** False if a ball of this radius is certainly outside the picture. */
  mayShow(x: number, y: number, z: number, radiusM: number): boolean {
    const depth = this.depthOf(x, y, z);
    if (depth < -radiusM) return false;
    const { camera, right } = this;
    const across =
      (x - camera.x) * right[0] + (y - camera.y) * right[1] + (z - camera.z) * right[2];
    return Math.abs(across) - radiusM * 1.6 < Math.max(depth, 0) * this.tanHalfX + radiusM;
  }

  /** Draws a mesh at a pose; `surfaces` fills the mesh's slots. */
  drawMesh(mesh: Mesh, pose: Pose, surfaces: readonly Surface[], scale = 1): void {
    const axes = axesOf(pose);
    const { right, down, forward, camera } = this;
    const ox = pose.x - camera.x;
    const oy = pose.y - camera.y;
    const oz = pose.z - camera.z;
    const offset: Vec3 = [ox, oy, oz];
    const [xx, xy, xz] = axes.map((axis) => scale * dot(right, axis)) as [number, number, number];
    const [yx, yy, yz] = axes.map((axis) => scale * dot(down, axis)) as [number, number, number];
    const [zx, zy, zz] = axes.map((axis) => scale * dot(forward, axis)) as [number, number, number];
    const x0 = dot(right, offset);
    const y0 = dot(down, offset);
    const z0 = dot(forward, offset);
    // The camera in the mesh's own axes: enough to skip the half of a solid's faces that look away from it.
    const [eyeX, eyeY, eyeZ] = axes.map((axis) => -dot(offset, axis) / scale) as [
      number,
      number,
      number,
    ];
    const { polygon } = this;
    for (const face of mesh.faces) {
      const { corners, uv, normal: n } = face;
      const surface = surfaces[face.slot]!;
      if (
        surface.isTwoSided !== true &&
        n[0] * (eyeX - corners[0]!) + n[1] * (eyeY - corners[1]!) + n[2] * (eyeZ - corners[2]!) <= 0
      )
        continue;
      const count = corners.length / 3;
      const hasUv = uv.length > 0;
      for (let i = 0; i < count; i++) {
        const x = corners[3 * i]!;
        const y = corners[3 * i + 1]!;
        const z = corners[3 * i + 2]!;
        polygon[5 * i] = xx * x + xy * y + xz * z + x0;
        polygon[5 * i + 1] = yx * x + yy * y + yz * z + y0;
        polygon[5 * i + 2] = zx * x + zy * y + zz * z + z0;
        polygon[5 * i + 3] = hasUv ? uv[2 * i]! : 0;
        polygon[5 * i + 4] = hasUv ? uv[2 * i + 1]! : 0;
      }
      const normal: Vec3 = [
        n[0] * axes[0][0] + n[1] * axes[1][0] + n[2] * axes[2][0],
        n[0] * axes[0][1] + n[1] * axes[1][1] + n[2] * axes[2][1],
        n[0] * axes[0][2] + n[1] * axes[1][2] + n[2] * axes[2][2],
      ];
      this.paint(count, normal, surface, hasUv);
    }
  }

  /** Draws one polygon given in world axes (x, y, z, u, v per corner). */
  drawPolygon(world: readonly number[], normal: Vec3, surface: Surface): void {
    const count = this.place(world);
    this.paint(count, normal, surface, true);
  }

  /** Darkens or paints the ground inside a convex world polygon (x, y, z per corner, five numbers each). */
  drawDecal(world: readonly number[], colour: Rgb, opacity: number, isShadow: boolean): void {
    const count = this.place(world);
    const lit = isShadow ? colour : this.lit([0, 0, 1], colour);
    this.raster.drawDecal(
      this.polygon,
      count,
      packRgba(lit[0], lit[1], lit[2], 0),
      opacity,
      isShadow,
    );
  }

  /** Transforms world corners (five numbers each) into camera axes, into this.polygon. */
  place(world: readonly number[]): number {
    const { polygon, right, down, forward, camera } = this;
    const count = world.length / 5;
    for (let i = 0; i < count; i++) {
      const x = world[5 * i]! - camera.x;
      const y = world[5 * i + 1]! - camera.y;
      const z = world[5 * i + 2]! - camera.z;
      polygon[5 * i] = right[0] * x + right[1] * y + right[2] * z;
      polygon[5 * i + 1] = down[0] * x + down[1] * y + down[2] * z;
      polygon[5 * i + 2] = forward[0] * x + forward[1] * y + forward[2] * z;
      polygon[5 * i + 3] = world[5 * i + 3]!;
      polygon[5 * i + 4] = world[5 * i + 4]!;
    }
    return count;
  }

  /** The polygon that `place` filled. */
  get placed(): Float64Array {
    return this.polygon;
  }

  /** A colour in this light on a surface that faces `normal`. */
  lit(normal: Vec3, colour: Rgb): [number, number, number] {
    const { sunDirection, sun, sky } = this.light;
    const towards = Math.max(0, dot(normal, sunDirection));
    const dome = 0.68 + 0.32 * normal[2];
    return [
      colour[0] * (sky[0] * dome + sun[0] * towards),
      colour[1] * (sky[1] * dome + sun[1] * towards),
      colour[2] * (sky[2] * dome + sun[2] * towards),
    ];
  }

  private paint(count: number, normal: Vec3, surface: Surface, hasUv: boolean): void {
    const { raster, polygon, shade } = this;
    const glow = surface.glow ?? 0;
    let lit = this.lit(normal, surface.colour);
    if (surface.isTwoSided === true) {
      // A thin sheet is also lit from behind: leaves and wire glow on whichever side the sun is.
      const back = this.lit([-normal[0], -normal[1], normal[2]], surface.colour);
      lit = [(lit[0] + back[0]) / 2, (lit[1] + back[1]) / 2, (lit[2] + back[2]) / 2];
    }
    const red = lit[0] + (surface.colour[0] - lit[0]) * glow;
    const green = lit[1] + (surface.colour[1] - lit[1]) * glow;
    const blue = lit[2] + (surface.colour[2] - lit[2]) * glow;
    const cull = surface.isTwoSided !== true;
    if (surface.texture === undefined || !hasUv) {
      raster.drawFlat(polygon, count, packRgba(red, green, blue, glow * 255), cull);
      return;
    }
    shade.red = red;
    shade.green = green;
    shade.blue = blue;
    shade.glow = Math.round(glow * 255);
    if (surface.isSmooth === true) raster.drawSmooth(polygon, count, surface.texture, shade);
    else
      raster.drawTextured(polygon, count, surface.texture, shade, surface.isCutOut === true, cull);
  }
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
