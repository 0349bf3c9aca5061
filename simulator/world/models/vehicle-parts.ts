import type { MeshBuilder } from './mesh.js';

/** Slots of every vehicle mesh, filled by vehicleSurfaces. */
export const vehicleSlots = {
  body: 0,
  glass: 1,
  tyre: 2,
  rim: 3,
  trim: 4,
  headlight: 5,
  tailLight: 6,
  plate: 7,
  cargo: 8,
  underside: 9,
  indicator: 10,
} as const;

const s = vehicleSlots;

/** Wheels with tyre, rim and the dark arch above them, on both sides of each axle. */
export function addWheels(
  builder: MeshBuilder,
  axlesXM: readonly number[],
  widthM: number,
  radiusM: number,
): void {
  const half = widthM / 2;
  for (const x of axlesXM) {
    for (const side of [1, -1] as const) {
      builder.disc(x, side * (half + 0.004), radiusM + 0.03, radiusM * 1.17, s.underside, side);
      builder.limb(
        [x, side * (half - 0.2), radiusM],
        [x, side * (half + 0.012), radiusM],
        radiusM,
        radiusM,
        s.tyre,
        12,
      );
      builder.disc(x, side * (half + 0.018), radiusM, radiusM * 0.66, s.rim, side, 10);
      builder.disc(x, side * (half + 0.022), radiusM, radiusM * 0.2, s.tyre, side, 6);
    }
  }
}
