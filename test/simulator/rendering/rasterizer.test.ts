import { expect, test } from 'vitest';
import { firstObjectId, Rasterizer } from '../../../simulator/rendering/raster/rasterizer.js';
import { RenderTarget } from '../../../simulator/rendering/raster/render-target.js';
import { makeTexture, packRgba } from '../../../simulator/rendering/raster/texture.js';

const size = 32;

/** A camera of 90 degrees: a point at x, y, z shows at 16 + 16 x / z, 16 + 16 y / z. */
function makeRaster(): Rasterizer {
  return new Rasterizer(new RenderTarget(size, size), 16, 16, 16, 16);
}

/** Corners counter-clockwise as the viewer sees them: x, y, z, u, v. */
function square(half: number, z: number): Float64Array {
  return Float64Array.of(
    ...[-half, half, z, 0, 1],
    ...[half, half, z, 1, 1],
    ...[half, -half, z, 1, 0],
    ...[-half, -half, z, 0, 0],
  );
}

test('a square covers exactly the pixels whose centres lie in it, each once', () => {
  const raster = makeRaster();
  raster.objectId = 40;
  raster.isCounting = true;
  raster.drawFlat(square(1, 4), 4, 0xffffff);
  const covered = [...raster.target.objectIds.keys()].filter(
    (at) => raster.target.objectIds[at] === 40,
  );
  expect(covered).toHaveLength(64);
  expect(raster.coveredPx).toBe(64);
  expect(covered.every((at) => at % size >= 12 && at % size < 20)).toBe(true);
});

test('a square seen from behind is not drawn, unless asked for', () => {
  const raster = makeRaster();
  raster.objectId = 40;
  const behind = Float64Array.from(
    [15, 10, 5, 0].flatMap((at) => [...square(1, 4).slice(at, at + 5)]),
  );
  raster.drawFlat(behind, 4, 0xffffff);
  expect(raster.target.objectIds.some((id) => id !== 0)).toBe(false);
  raster.drawFlat(behind, 4, 0xffffff, false);
  expect(raster.target.objectIds.some((id) => id !== 0)).toBe(true);
});

test('the nearer of two things is seen, in whichever order they are drawn', () => {
  for (const order of [
    [2, 4],
    [4, 2],
  ]) {
    const raster = makeRaster();
    for (const z of order) {
      raster.objectId = firstObjectId + z;
      raster.drawFlat(square(1, z), 4, z);
    }
    const { objectIds, inverseDepths } = raster.target;
    expect(objectIds[16 * size + 16]).toBe(firstObjectId + 2);
    expect(inverseDepths[16 * size + 16]).toBeCloseTo(1 / 2, 6);
  }
});

test('what is hidden is counted as covered but not seen', () => {
  const raster = makeRaster();
  raster.objectId = 41;
  raster.drawFlat(square(1, 2), 4, 1);
  raster.objectId = 42;
  raster.isCounting = true;
  raster.drawFlat(square(1, 4), 4, 2);
  expect(raster.coveredPx).toBe(64);
  expect(raster.target.objectIds.includes(42)).toBe(false);
});

test('a texture on a floor is drawn in perspective', () => {
  const raster = makeRaster();
  // A column of texels for each metre of depth from 2 to 18.
  const texels = Uint32Array.from({ length: 16 }, (_, column) => packRgba(column, 0, 0));
  const texture = { levels: [makeTexture(texels, 16, 1).levels[0]!] };
  const floor = Float64Array.of(
    ...[-9, 1, 2, 0, 0],
    ...[9, 1, 2, 0, 0],
    ...[9, 1, 18, 1, 0],
    ...[-9, 1, 18, 1, 0],
  );
  raster.drawTextured(floor, 4, texture, { red: 256, green: 256, blue: 256 }, false, false);
  for (const y of [17, 18, 20, 23]) {
    const depthM = 16 / (y + 0.5 - 16);
    expect(raster.target.inverseDepths[y * size + 16]).toBeCloseTo(1 / depthM, 5);
    expect(raster.target.colours[y * size + 16]! & 255).toBe(Math.floor(depthM - 2));
  }
});

test('what crosses the near plane is cut, not turned inside out', () => {
  const raster = makeRaster();
  raster.objectId = 43;
  const floor = Float64Array.of(
    ...[-1, 1, -5, 0, 0],
    ...[1, 1, -5, 0, 0],
    ...[1, 1, 8, 0, 0],
    ...[-1, 1, 8, 0, 0],
  );
  raster.drawFlat(floor, 4, 7, false);
  const rows = Array.from(
    { length: size },
    (_, y) => raster.target.objectIds[y * size + 16] === 43,
  );
  expect(rows.slice(0, 18).some(Boolean)).toBe(false);
  expect(rows.slice(18).every(Boolean)).toBe(true);
});

test('a shadow darkens the ground once and leaves objects alone', () => {
  const raster = makeRaster();
  raster.objectId = 4;
  raster.drawFlat(square(2, 2), 4, packRgba(200, 200, 200));
  raster.drawDecal(square(0.5, 2), 4, 0, 0.5, true);
  raster.drawDecal(square(0.5, 2), 4, 0, 0.5, true);
  expect(raster.target.colours[16 * size + 16]! & 255).toBe(100);
  raster.objectId = firstObjectId + 1;
  raster.drawFlat(square(0.5, 1.95), 4, packRgba(200, 200, 200));
  raster.target.shadowMarks.fill(0);
  raster.drawDecal(square(0.5, 2), 4, 0, 0.5, true);
  expect(raster.target.colours[16 * size + 16]! & 255).toBe(200);
});
