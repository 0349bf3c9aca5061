// Above 300 lines: the span loops share their set-up state, and splitting them would cost the speed they exist for.
import type { RenderTarget } from './render-target.js';
import type { RoadPaint } from './road-paint.js';
import type { Texture } from './texture.js';

/** Geometry nearer than this is cut off, metres. */
export const nearPlaneM = 0.25;
const segmentPx = 24;

const floatBits = new Float32Array(1);
const bitsOfFloat = new Int32Array(floatBits.buffer);

/** Approximate log2 of a positive number, from its exponent and a straight line between powers of two: at most 0.09 off. */
function quickLog2(value: number): number {
  floatBits[0] = value;
  return bitsOfFloat[0]! / 0x80_0000 - 126.957;
}

/** How the texels become pixels: texel * shade / 256 for each channel. */
export interface Shade {
  red: number;
  green: number;
  blue: number;
  /** How much it glows, 0..255: kept in the colour's top byte, for the night. */
  glow?: number;
}

/** Lower ids are ground, on which shadows and painted arrows may fall: see drawDecal. */
export const firstObjectId = 16;

/**
 * Draws convex polygons into a RenderTarget: perspective, z-buffer, perspective-correct textures with mip levels.
 * Vertices are in camera axes (x right, y down, z forward, metres), five numbers each: x, y, z, u, v. Pixel centres
 * decide coverage, so that neighbouring polygons neither share nor miss a pixel.
 */
export class Rasterizer {
  /** Id of the object being drawn; written into the target's objectIds. */
  objectId = 0;
  /** Pixels that the current object covers, including hidden ones; reset by the caller. Counted if `isCounting`. */
  coveredPx = 0;
  isCounting = false;

  private readonly spanStart: Int32Array;
  private readonly spanEnd: Int32Array;
  private yStart = 0;
  private yEnd = 0;
  // Planes over the screen: value = at + x * dx + y * dy, of 1/z, u/z and v/z.
  private w0 = 0;
  private wDx = 0;
  private wDy = 0;
  private u0 = 0;
  private uDx = 0;
  private uDy = 0;
  private v0 = 0;
  private vDx = 0;
  private vDy = 0;
  private readonly clipped = new Float64Array(16 * 5);
  private readonly screen = new Float64Array(16 * 5);

  constructor(
    readonly target: RenderTarget,
    readonly focalXPx: number,
    readonly focalYPx: number,
    readonly centreXPx: number,
    readonly centreYPx: number,
  ) {
    this.spanStart = new Int32Array(target.heightPx);
    this.spanEnd = new Int32Array(target.heightPx);
  }

  /** One colour, packed as in a Texture. */
  drawFlat(polygon: Float64Array, count: number, colour: number, cull = true): void {
    const corners = this.project(polygon, count);
    for (let i = 2; i < corners; i++) {
      if (this.setUp(i, cull)) this.fillFlat(colour);
    }
  }

  /** u and v count texture widths and heights, and wrap. Texels under half alpha are skipped if `isCutOut`. */
  drawTextured(
    polygon: Float64Array,
    count: number,
    texture: Texture,
    shade: Shade,
    isCutOut: boolean,
    cull = true,
  ): void {
    const corners = this.project(polygon, count);
    for (let i = 2; i < corners; i++) {
      if (this.setUp(i, cull)) this.fillTextured(texture, shade, isCutOut);
    }
  }

  /** Like drawTextured, with bilinear texels and without wrapping: for signs, which are seen close up. */
  drawSmooth(polygon: Float64Array, count: number, texture: Texture, shade: Shade): void {
    const corners = this.project(polygon, count);
    for (let i = 2; i < corners; i++) {
      if (this.setUp(i, true, false)) this.fillSmooth(texture, shade);
    }
  }

  /** u is the position along the road, v the offset from its centre line, both in metres. */
  drawRoad(
    polygon: Float64Array,
    count: number,
    texture: Texture,
    paint: RoadPaint | undefined,
    shade: Shade,
  ): void {
    const corners = this.project(polygon, count);
    for (let i = 2; i < corners; i++) {
      if (this.setUp(i, false)) this.fillRoad(texture, paint, shade);
    }
  }

  /**
   * Mixes a colour over ground that was drawn before: new = old * (1 - opacity) + colour * opacity. Opacity 0..1.
   * With `isShadow` a pixel is darkened only once, however many shadows cross it. Objects are not changed.
   */
  drawDecal(
    polygon: Float64Array,
    count: number,
    colour: number,
    opacity: number,
    isShadow: boolean,
  ): void {
    const corners = this.project(polygon, count);
    for (let i = 2; i < corners; i++) {
      if (this.setUp(i, false)) this.fillDecal(colour, Math.round(opacity * 256), isShadow);
    }
  }

  /** Clips at the near plane, then projects. Returns the number of corners, 0 if nothing is left. */
  private project(polygon: Float64Array, count: number): number {
    const { clipped, screen } = this;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const a = i * 5;
      const b = ((i + 1) % count) * 5;
      const za = polygon[a + 2]!;
      const zb = polygon[b + 2]!;
      if (za >= nearPlaneM) {
        for (let k = 0; k < 5; k++) clipped[kept * 5 + k] = polygon[a + k]!;
        kept++;
      }
      if (za >= nearPlaneM !== zb >= nearPlaneM) {
        const t = (nearPlaneM - za) / (zb - za);
        for (let k = 0; k < 5; k++) {
          clipped[kept * 5 + k] = polygon[a + k]! + (polygon[b + k]! - polygon[a + k]!) * t;
        }
        kept++;
      }
    }
    if (kept < 3) return 0;
    let minX = Infinity;
    let maxX = -Infinity;
    let minY = Infinity;
    let maxY = -Infinity;
    for (let i = 0; i < kept; i++) {
      const at = i * 5;
      const w = 1 / clipped[at + 2]!;
      const x = clipped[at]! * w * this.focalXPx + this.centreXPx;
      const y = clipped[at + 1]! * w * this.focalYPx + this.centreYPx;
      screen[at] = x;
      screen[at + 1] = y;
      screen[at + 2] = w;
      screen[at + 3] = clipped[at + 3]! * w;
      screen[at + 4] = clipped[at + 4]! * w;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    const { widthPx, heightPx } = this.target;
    return maxX < 0.5 || minX > widthPx || maxY < 0.5 || minY > heightPx ? 0 : kept;
  }

  /** Sets up planes and spans of the triangle (0, third - 1, third) of the projected fan; false if it covers nothing. */
  private setUp(third: number, cull: boolean, isSolid = true): boolean {
    const s = this.screen;
    const b = (third - 1) * 5;
    const c = third * 5;
    const x0 = s[0]!;
    const y0 = s[1]!;
    const x1 = s[b]! - x0;
    const y1 = s[b + 1]! - y0;
    const x2 = s[c]! - x0;
    const y2 = s[c + 1]! - y0;
    const area = x1 * y2 - x2 * y1;
    // Counter-clockwise seen from outside, with y down, has negative area.
    if (cull ? area >= -1e-9 : Math.abs(area) < 1e-9) return false;
    const scale = 1 / area;
    const w1 = s[b + 2]! - s[2]!;
    const w2 = s[c + 2]! - s[2]!;
    this.wDx = (w1 * y2 - w2 * y1) * scale;
    this.wDy = (w2 * x1 - w1 * x2) * scale;
    this.w0 = s[2]! - this.wDx * (x0 - 0.5) - this.wDy * (y0 - 0.5);
    const u1 = s[b + 3]! - s[3]!;
    const u2 = s[c + 3]! - s[3]!;
    this.uDx = (u1 * y2 - u2 * y1) * scale;
    this.uDy = (u2 * x1 - u1 * x2) * scale;
    this.u0 = s[3]! - this.uDx * (x0 - 0.5) - this.uDy * (y0 - 0.5);
    const v1 = s[b + 4]! - s[4]!;
    const v2 = s[c + 4]! - s[4]!;
    this.vDx = (v1 * y2 - v2 * y1) * scale;
    this.vDy = (v2 * x1 - v1 * x2) * scale;
    this.v0 = s[4]! - this.vDx * (x0 - 0.5) - this.vDy * (y0 - 0.5);
    const filled = this.findSpans(x0, y0, s[b]!, s[b + 1]!, s[c]!, s[c + 1]!);
    // A cut-out covers only its opaque pixels, which its own loop counts.
    if (filled && isSolid && this.isCounting) this.countCover();
    return filled;
  }

  private findSpans(
    xa: number,
    ya: number,
    xb: number,
    yb: number,
    xc: number,
    yc: number,
  ): boolean {
    const { widthPx, heightPx } = this.target;
    const { spanStart, spanEnd } = this;
    const top = Math.min(ya, yb, yc);
    const bottom = Math.max(ya, yb, yc);
    const yStart = Math.max(0, Math.ceil(top - 0.5));
    const yEnd = Math.min(heightPx, Math.ceil(bottom - 0.5));
    if (yStart >= yEnd) return false;
    for (let y = yStart; y < yEnd; y++) {
      spanStart[y] = 0x7fffffff;
      spanEnd[y] = -0x7fffffff;
    }
    this.addEdge(xa, ya, xb, yb, yStart, yEnd);
    this.addEdge(xb, yb, xc, yc, yStart, yEnd);
    this.addEdge(xc, yc, xa, ya, yStart, yEnd);
    for (let y = yStart; y < yEnd; y++) {
      if (spanStart[y]! < 0) spanStart[y] = 0;
      if (spanEnd[y]! > widthPx) spanEnd[y] = widthPx;
    }
    this.yStart = yStart;
    this.yEnd = yEnd;
    return true;
  }

  private addEdge(
    xa: number,
    ya: number,
    xb: number,
    yb: number,
    yStart: number,
    yEnd: number,
  ): void {
    if (ya === yb) return;
    // Always from the upper end, so that the two triangles at an edge compute the same crossing.
    const swap = ya > yb;
    const xTop = swap ? xb : xa;
    const yTop = swap ? yb : ya;
    const slope = (swap ? xa - xb : xb - xa) / (swap ? ya - yb : yb - ya);
    const first = Math.max(yStart, Math.ceil(yTop - 0.5));
    const last = Math.min(yEnd, Math.ceil((swap ? ya : yb) - 0.5));
    const { spanStart, spanEnd } = this;
    for (let y = first; y < last; y++) {
      const crossing = xTop + (y + 0.5 - yTop) * slope;
      const x =
        crossing > 1e6 ? 1_000_000 : crossing < -1e6 ? -1_000_000 : Math.ceil(crossing - 0.5);
      if (x < spanStart[y]!) spanStart[y] = x;
      if (x > spanEnd[y]!) spanEnd[y] = x;
    }
  }

  private countCover(): void {
    const { coverStamps, widthPx } = this.target;
    const id = this.objectId;
    let added = 0;
    for (let y = this.yStart; y < this.yEnd; y++) {
      const end = y * widthPx + this.spanEnd[y]!;
      for (let at = y * widthPx + this.spanStart[y]!; at < end; at++) {
        if (coverStamps[at] !== id) {
          coverStamps[at] = id;
          added++;
        }
      }
    }
    this.coveredPx += added;
  }

  private fillFlat(colour: number): void {
    const { colours, inverseDepths, objectIds, widthPx } = this.target;
    const id = this.objectId;
    const { wDx } = this;
    for (let y = this.yStart; y < this.yEnd; y++) {
      const xStart = this.spanStart[y]!;
      const end = y * widthPx + this.spanEnd[y]!;
      let w = this.w0 + wDx * xStart + this.wDy * y;
      for (let at = y * widthPx + xStart; at < end; at++, w += wDx) {
        if (w > inverseDepths[at]!) {
          inverseDepths[at] = w;
          colours[at] = colour;
          objectIds[at] = id;
        }
      }
    }
  }

  /** Mip level for texel steps of the given sizes along x and y, between the sharper and the smoother choice. */
  private level(alongX: number, alongY: number, levels: number): number {
    const low = Math.min(alongX, alongY);
    const high = Math.max(alongX, alongY);
    if (high <= 1) return 0;
    const level = Math.round(0.65 * quickLog2(high) + 0.35 * quickLog2(low + 1e-9) - 0.2);
    // Slivers may give NaN: those take the finest level.
    return level > 0 ? Math.min(level, levels - 1) : 0;
  }

  private fillTextured(texture: Texture, shade: Shade, isCutOut: boolean): void {
    const { colours, inverseDepths, objectIds, widthPx } = this.target;
    const id = this.objectId;
    const { wDx, uDx, vDx, wDy, uDy, vDy } = this;
    const shadeR = shade.red | 0;
    const shadeG = shade.green | 0;
    const shadeB = shade.blue | 0;
    const glow = (shade.glow ?? 0) << 24;
    const base = texture.levels[0]!;
    for (let y = this.yStart; y < this.yEnd; y++) {
      const spanStart = this.spanStart[y]!;
      const spanEnd = this.spanEnd[y]!;
      for (let xStart = spanStart; xStart < spanEnd; xStart += segmentPx) {
        const xEnd = Math.min(spanEnd, xStart + segmentPx);
        let w = this.w0 + wDx * xStart + wDy * y;
        let uw = this.u0 + uDx * xStart + uDy * y;
        let vw = this.v0 + vDx * xStart + vDy * y;
        const xMid = (xStart + xEnd) * 0.5;
        const zMid = 1 / (this.w0 + wDx * xMid + wDy * y);
        const uMid = (this.u0 + uDx * xMid + uDy * y) * zMid;
        const vMid = (this.v0 + vDx * xMid + vDy * y) * zMid;
        const alongX =
          Math.abs(uDx - uMid * wDx) * base.widthPx + Math.abs(vDx - vMid * wDx) * base.heightPx;
        const alongY =
          Math.abs(uDy - uMid * wDy) * base.widthPx + Math.abs(vDy - vMid * wDy) * base.heightPx;
        const level =
          texture.levels[this.level(alongX * zMid, alongY * zMid, texture.levels.length)]!;
        const { texels, widthPx: columns, heightPx: rows } = level;
        const maskX = columns - 1;
        const maskY = rows - 1;
        const end = y * widthPx + xEnd;
        for (let at = y * widthPx + xStart; at < end; at++) {
          if (w > inverseDepths[at]!) {
            const z = 1 / w;
            const tx = Math.floor(uw * z * columns) & maskX;
            const ty = Math.floor(vw * z * rows) & maskY;
            const texel = texels[ty * columns + tx]!;
            if (!isCutOut || texel >>> 24 >= 112) {
              inverseDepths[at] = w;
              objectIds[at] = id;
              const r = ((texel & 255) * shadeR) >> 8;
              const g = (((texel >>> 8) & 255) * shadeG) >> 8;
              const b = (((texel >>> 16) & 255) * shadeB) >> 8;
              colours[at] =
                Math.min(r, 255) | (Math.min(g, 255) << 8) | (Math.min(b, 255) << 16) | glow;
            }
          }
          w += wDx;
          uw += uDx;
          vw += vDx;
        }
      }
    }
  }

  private fillSmooth(texture: Texture, shade: Shade): void {
    const { colours, inverseDepths, objectIds, coverStamps, widthPx } = this.target;
    const { wDx, uDx, vDx, wDy, uDy, vDy } = this;
    const base = texture.levels[0]!;
    for (let y = this.yStart; y < this.yEnd; y++) {
      const spanStart = this.spanStart[y]!;
      const spanEnd = this.spanEnd[y]!;
      for (let x = spanStart; x < spanEnd; x++) {
        const at = y * widthPx + x;
        const w = this.w0 + wDx * x + wDy * y;
        const isHidden = w <= inverseDepths[at]!;
        if (isHidden && !this.isCounting) continue;
        const z = 1 / w;
        const u = (this.u0 + uDx * x + uDy * y) * z;
        const v = (this.v0 + vDx * x + vDy * y) * z;
        const alongX =
          (Math.abs(uDx - u * wDx) * base.widthPx + Math.abs(vDx - v * wDx) * base.heightPx) * z;
        const alongY =
          (Math.abs(uDy - u * wDy) * base.widthPx + Math.abs(vDy - v * wDy) * base.heightPx) * z;
        const level = texture.levels[this.level(alongX, alongY, texture.levels.length)]!;
        const { texels, widthPx: columns, heightPx: rows } = level;
        const tx = Math.min(columns - 1, Math.max(0, u * columns - 0.5));
        const ty = Math.min(rows - 1, Math.max(0, v * rows - 0.5));
        const x0 = tx | 0;
        const y0 = ty | 0;
        const x1 = x0 + 1 < columns ? x0 + 1 : x0;
        const y1 = y0 + 1 < rows ? y0 + 1 : y0;
        const fx = tx - x0;
        const fy = ty - y0;
        const a = texels[y0 * columns + x0]!;
        const b = texels[y0 * columns + x1]!;
        const c = texels[y1 * columns + x0]!;
        const d = texels[y1 * columns + x1]!;
        const wa = (1 - fx) * (1 - fy);
        const wb = fx * (1 - fy);
        const wc = (1 - fx) * fy;
        const wd = fx * fy;
        const alpha = (a >>> 24) * wa + (b >>> 24) * wb + (c >>> 24) * wc + (d >>> 24) * wd;
        if (alpha < 127) continue;
        if (this.isCounting && coverStamps[at] !== this.objectId) {
          coverStamps[at] = this.objectId;
          this.coveredPx++;
        }
        if (isHidden) continue;
        inverseDepths[at] = w;
        objectIds[at] = this.objectId;
        const r = (a & 255) * wa + (b & 255) * wb + (c & 255) * wc + (d & 255) * wd;
        const g =
          ((a >>> 8) & 255) * wa +
          ((b >>> 8) & 255) * wb +
          ((c >>> 8) & 255) * wc +
          ((d >>> 8) & 255) * wd;
        const bl =
          ((a >>> 16) & 255) * wa +
          ((b >>> 16) & 255) * wb +
          ((c >>> 16) & 255) * wc +
          ((d >>> 16) & 255) * wd;
        colours[at] =
          Math.min(255, (r * shade.red) >> 8) |
          (Math.min(255, (g * shade.green) >> 8) << 8) |
          (Math.min(255, (bl * shade.blue) >> 8) << 16) |
          ((shade.glow ?? 0) << 24);
      }
    }
  }

  private fillRoad(texture: Texture, paint: RoadPaint | undefined, shade: Shade): void {
    const { colours, inverseDepths, objectIds, widthPx } = this.target;
    const id = this.objectId;
    const { wDx, uDx, vDx, wDy, uDy, vDy } = this;
    const shadeR = shade.red | 0;
    const shadeG = shade.green | 0;
    const shadeB = shade.blue | 0;
    const base = texture.levels[0]!;
    // Ground textures repeat every four metres; a second sample with a period of 47 m hides the repetition.
    const perM = base.widthPx / 4;
    const coarse = texture.levels[2]!;
    const coarsePerM = coarse.widthPx / 47;
    const coarseMask = coarse.widthPx - 1;
    for (let y = this.yStart; y < this.yEnd; y++) {
      const spanStart = this.spanStart[y]!;
      const spanEnd = this.spanEnd[y]!;
      for (let xStart = spanStart; xStart < spanEnd; xStart += segmentPx) {
        const xEnd = Math.min(spanEnd, xStart + segmentPx);
        let w = this.w0 + wDx * xStart + wDy * y;
        let uw = this.u0 + uDx * xStart + uDy * y;
        let vw = this.v0 + vDx * xStart + vDy * y;
        const xMid = (xStart + xEnd) * 0.5;
        const zMid = 1 / (this.w0 + wDx * xMid + wDy * y);
        const uMid = (this.u0 + uDx * xMid + uDy * y) * zMid;
        const vMid = (this.v0 + vDx * xMid + vDy * y) * zMid;
        const uPerX = Math.abs(uDx - uMid * wDx) * zMid;
        const uPerY = Math.abs(uDy - uMid * wDy) * zMid;
        const vPerX = Math.abs(vDx - vMid * wDx) * zMid;
        const vPerY = Math.abs(vDy - vMid * wDy) * zMid;
        const level = this.level(
          (uPerX + vPerX) * perM,
          (uPerY + vPerY) * perM,
          texture.levels.length,
        );
        const { texels, widthPx: columns } = texture.levels[level]!;
        const mask = columns - 1;
        const levelPerM = columns / 4;
        const alongM = uPerX + uPerY;
        const section = paint?.section(vPerX + vPerY);
        const solid = section?.solid;
        const dashed = section?.dashed;
        const tone = section?.tone;
        const perSection = section?.cellsPerM ?? 0;
        const halfSection = (solid?.length ?? 0) >> 1;
        const end = y * widthPx + xEnd;
        for (let at = y * widthPx + xStart; at < end; at++) {
          if (w > inverseDepths[at]!) {
            const z = 1 / w;
            const u = uw * z;
            const v = vw * z;
            const tx = Math.floor(u * levelPerM) & mask;
            const ty = Math.floor(v * levelPerM) & mask;
            const texel = texels[ty * columns + tx]!;
            const cx = Math.floor(u * coarsePerM) & coarseMask;
            const cy = Math.floor(v * coarsePerM) & coarseMask;
            // The coarse sample only changes the brightness: 192 plus half its green channel is about 256 at the mean.
            const sway = 192 + (((coarse.texels[cy * coarse.widthPx + cx]! >>> 8) & 255) >> 1);
            let r = (texel & 255) * sway;
            let g = ((texel >>> 8) & 255) * sway;
            let b = ((texel >>> 16) & 255) * sway;
            if (paint !== undefined && solid !== undefined) {
              const cell = (v * perSection + halfSection) | 0;
              const toneHere = tone![cell]! + 128;
              r = (r * toneHere) >> 8;
              g = (g * toneHere) >> 8;
              b = (b * toneHere) >> 8;
              let cover = solid[cell]!;
              const dash = dashed![cell]!;
              if (dash > 0) cover += dash * paint.dashCover(u, alongM);
              if (cover > 0) {
                const worn = (cover * paint.opacity * (160 + (((texel >>> 8) & 255) >> 1))) / 65280;
                const keep = worn > 1 ? 0 : 1 - worn;
                const lay = (1 - keep) * 256;
                // Truncated to integers here, so that the engine keeps no doubles where there is no paint.
                r = (r * keep + paint.red * lay) | 0;
                g = (g * keep + paint.green * lay) | 0;
                b = (b * keep + paint.blue * lay) | 0;
              }
            }
            inverseDepths[at] = w;
            objectIds[at] = id;
            r = ((r >> 8) * shadeR) >> 8;
            g = ((g >> 8) * shadeG) >> 8;
            b = ((b >> 8) * shadeB) >> 8;
            colours[at] = Math.min(r, 255) | (Math.min(g, 255) << 8) | (Math.min(b, 255) << 16);
          }
          w += wDx;
          uw += uDx;
          vw += vDx;
        }
      }
    }
  }

  private fillDecal(colour: number, opacity256: number, isShadow: boolean): void {
    const { colours, inverseDepths, objectIds, shadowMarks, widthPx } = this.target;
    const { wDx } = this;
    const keep = 256 - opacity256;
    const addR = (colour & 255) * opacity256;
    const addG = ((colour >>> 8) & 255) * opacity256;
    const addB = ((colour >>> 16) & 255) * opacity256;
    for (let y = this.yStart; y < this.yEnd; y++) {
      const xStart = this.spanStart[y]!;
      const end = y * widthPx + this.spanEnd[y]!;
      let w = this.w0 + wDx * xStart + this.wDy * y;
      for (let at = y * widthPx + xStart; at < end; at++, w += wDx) {
        const there = inverseDepths[at]!;
        // Ground and decal have different meshes, so their depths agree only to a few parts in a hundred.
        if (there === 0 || objectIds[at]! >= firstObjectId) continue;
        if (w < there * 0.96 || w > there * 1.08) continue;
        if (isShadow) {
          if (shadowMarks[at] !== 0) continue;
          shadowMarks[at] = 1;
        }
        const old = colours[at]!;
        colours[at] =
          (((old & 255) * keep + addR) >> 8) |
          ((((old >>> 8) & 255) * keep + addG) & 0xff00) |
          (((((old >>> 16) & 255) * keep + addB) >> 8) << 16);
      }
    }
  }
}
