import { facadeBays, facadeFloors } from '../textures/facade.js';
import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';

export const buildingSlots = { wall: 0, shop: 1, roof: 2, eaves: 3, side: 4 } as const;
const s = buildingSlots;
const floorM = 3;
const bayM = 2.7;

/** A house whose front faces +x: `widthM` along y, `depthM` behind the front, roof pitched or flat. */
export function buildingMesh(
  widthM: number,
  depthM: number,
  floors: number,
  hasShop: boolean,
  isPitched: boolean,
): Mesh {
  const builder = new MeshBuilder();
  const half = widthM / 2;
  const shopM = hasShop ? 3.6 : 0;
  const top = shopM + floors * floorM + 0.3;
  const inside: Vec3 = [-depthM / 2, 0, top / 2];
  const wall = (
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    low: number,
    high: number,
    slot: number,
  ): void => {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const u = Math.max(1, Math.round(length / bayM)) / facadeBays;
    const v1 = slot === s.shop ? 1 : (high - low) / (floorM * facadeFloors);
    builder.face(
      [
        [x0, y0, low],
        [x1, y1, low],
        [x1, y1, high],
        [x0, y0, high],
      ],
      slot,
      inside,
      [0, v1, u, v1, u, 0, 0, 0],
    );
  };
  if (hasShop) {
    builder.face(
      [
        [0, -half, 0],
        [0, -half, -1.5],
        [0, half, -1.5],
        [0, half, 0],
      ],
      s.eaves,
      inside,
    );
    wall(0, -half, 0, half, 0, shopM, s.shop);
  } else {
    builder.face(
      [
        [0, -half, 0],
        [0, -half, -1.5],
        [0, half, -1.5],
        [0, half, 0],
      ],
      s.eaves,
      inside,
    );
  }
  wall(0, -half, 0, half, shopM, top, s.wall);
  wall(0, half, -depthM, half, shopM - 1.5 * (hasShop ? 0 : 1), top, s.side);
  wall(0, -half, -depthM, -half, shopM - 1.5 * (hasShop ? 0 : 1), top, s.side);
  if (hasShop) {
    wall(0, half, -depthM, half, -1.5, shopM, s.side);
    wall(0, -half, -depthM, -half, -1.5, shopM, s.side);
  }
  builder.box([-0.1, -half - 0.05, top], [0.28, half + 0.05, top + 0.22], s.eaves);
  if (isPitched) {
    const ridge = top + depthM * 0.42;
    const u = widthM / 4;
    for (const x of [0.3, -depthM - 0.3]) {
      builder.face(
        [
          [x, -half - 0.2, top + 0.1],
          [x, half + 0.2, top + 0.1],
          [-depthM / 2, half + 0.2, ridge],
          [-depthM / 2, -half - 0.2, ridge],
        ],
        s.roof,
        [-depthM / 2, 0, top - 4],
        [0, depthM / 6, u, depthM / 6, u, 0, 0, 0],
      );
    }
    for (const y of [half, -half])
      builder.face(
        [
          [0, y, top],
          [-depthM, y, top],
          [-depthM / 2, y, ridge],
        ],
        s.side,
        inside,
        [0, 0.05, 0.02, 0.05, 0.01, 0.02],
      );
    builder.box(
      [-depthM / 2 - 0.4, half * 0.4, ridge - 0.8],
      [-depthM / 2 + 0.3, half * 0.4 + 0.7, ridge + 1.1],
      s.eaves,
    );
  } else {
    builder.face(
      [
        [0, -half, top],
        [0, half, top],
        [-depthM, half, top],
        [-depthM, -half, top],
      ],
      s.eaves,
      inside,
    );
  }
  return builder.build();
}
