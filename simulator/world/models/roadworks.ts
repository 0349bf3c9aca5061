import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';

/** A striped beacon board (a quarter metre wide, one high) on its foot, facing both ways. Slots: 0 board, 1 foot, 2 lamp. */
export function beaconMesh(): Mesh {
  const builder = new MeshBuilder();
  for (const x of [0.02, -0.02]) {
    const corners: Vec3[] = [
      [x, -0.125, 0.15],
      [x, 0.125, 0.15],
      [x, 0.125, 1.15],
      [x, -0.125, 1.15],
    ];
    builder.face(corners, 0, [0, 0, 0.6], [0, 2, 0.5, 2, 0.5, 0, 0, 0]);
  }
  builder.box([-0.4, -0.2, 0], [0.4, 0.2, 0.12], 1);
  builder.box([-0.05, -0.05, 1.15], [0.05, 0.05, 1.33], 2);
  return builder.build();
}

/** A barrier of two striped planks, two metres long across +y. Slots as the beacon's. */
export function barrierBoardMesh(): Mesh {
  const builder = new MeshBuilder();
  for (const low of [0.45, 0.85]) {
    for (const x of [0.03, -0.03]) {
      const corners: Vec3[] = [
        [x, -1, low],
        [x, 1, low],
        [x, 1, low + 0.25],
        [x, -1, low + 0.25],
      ];
      builder.face(corners, 0, [0, 0, low + 0.1], [0, 0.5, 4, 0.5, 4, 0, 0, 0]);
    }
    builder.box([-0.03, -1, low + 0.25], [0.03, 1, low + 0.26], 1);
  }
  for (const y of [-0.8, 0.8]) {
    builder.box([-0.03, y - 0.03, 0], [0.03, y + 0.03, 1.1], 1);
    builder.box([-0.35, y - 0.06, 0], [0.35, y + 0.06, 0.08], 1);
    builder.box([-0.06, y - 0.06, 1.1], [0.06, y + 0.06, 1.28], 2);
  }
  return builder.build();
}

/** A cone of 0.75 m with its white sleeve. Slots: 0 orange, 1 foot, 2 white. */
export function coneMesh(): Mesh {
  const builder = new MeshBuilder();
  builder.box([-0.2, -0.2, 0], [0.2, 0.2, 0.04], 1);
  builder.limb([0, 0, 0.04], [0, 0, 0.32], 0.16, 0.11, 0, 9);
  builder.limb([0, 0, 0.32], [0, 0, 0.52], 0.11, 0.075, 2, 9);
  builder.limb([0, 0, 0.52], [0, 0, 0.75], 0.075, 0.03, 0, 9);
  return builder.build();
}

/** A heap of sand or rubble with a base of two metres. Slot 0. */
export function heapMesh(): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, -0.1], [0.1, 0, 0.55], 1.9, 1.25, 0, 11);
  builder.limb([0.1, 0, 0.55], [0, 0.1, 1.05], 1.25, 0.25, 0, 11);
  return builder.build();
}
