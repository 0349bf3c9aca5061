import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';

const known = new Map<string, Mesh>();

/**
 * The mesh of this name, built only once, because streets repeat their furniture. Sizes in the name are centimetres
 * or coarser.
 */
export function sharedMesh(name: string, build: () => Mesh): Mesh {
  let mesh = known.get(name);
  if (mesh === undefined) {
    mesh = build();
    known.set(name, mesh);
  }
  return mesh;
}

/** A round post from the ground to `topM`. Slot 0. */
export function postMesh(topM: number, radiusM: number): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, -0.3], [0, 0, topM], radiusM, radiusM * 0.92, 0, 7);
  return builder.build();
}

/** A lamp post whose arm of `armM` reaches forward (+x), lamp in slot 1. */
export function lampPostMesh(heightM: number, armM: number): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, -0.3], [0, 0, 1], 0.11, 0.1, 0, 7);
  builder.limb([0, 0, 1], [0, 0, heightM], 0.075, 0.05, 0, 6);
  builder.limb([0, 0, heightM - 0.05], [armM, 0, heightM + 0.15], 0.04, 0.035, 0, 5);
  builder.box([armM - 0.1, -0.13, heightM + 0.08], [armM + 0.5, 0.13, heightM + 0.22], 1);
  return builder.build();
}

/** A square sign plate of 1 x 1 m around the origin, facing +x: the face in slot 0, the back in slot 1. */
export function plateMesh(): { face: Mesh; back: Mesh } {
  const face = new MeshBuilder();
  // A reader looks along -x and has +y to the right: u grows with y.
  face.face(
    [
      [0.03, -0.5, -0.5],
      [0.03, 0.5, -0.5],
      [0.03, 0.5, 0.5],
      [0.03, -0.5, 0.5],
    ],
    0,
    [0, 0, 0],
    [0, 1, 1, 1, 1, 0, 0, 0],
  );
  const back = new MeshBuilder();
  back.face(
    [
      [0.02, 0.5, -0.5],
      [0.02, -0.5, -0.5],
      [0.02, -0.5, 0.5],
      [0.02, 0.5, 0.5],
    ],
    0,
    [0.1, 0, 0],
    [0, 1, 1, 1, 1, 0, 0, 0],
  );
  return { face: face.build(), back: back.build() };
}

/** Lamps of a traffic light from the top, slots 1..3; slot 0 is the housing, slot 4 the inside of the hoods. */
export function trafficLightHeadMesh(lamps: 2 | 3): Mesh {
  const builder = new MeshBuilder();
  const pitch = 0.3;
  const half = (lamps * pitch) / 2 + 0.04;
  builder.box([-0.16, -0.17, -half], [0, 0.17, half], 0);
  for (let lamp = 0; lamp < lamps; lamp++) {
    const z = half - 0.04 - pitch * (lamp + 0.5);
    const corners = Array.from({ length: 12 }, (_, i): Vec3 => {
      const angle = (i / 12) * 2 * Math.PI;
      return [0.012, Math.cos(angle) * 0.105, z + Math.sin(angle) * 0.105];
    });
    builder.face(corners, 1 + lamp, [-1, 0, z]);
    const hood = (a: number, b: number): void => {
      const at = (angle: number, x: number): Vec3 => [
        x,
        Math.cos(angle) * 0.12,
        z + Math.sin(angle) * 0.12,
      ];
      builder.face([at(a, 0), at(b, 0), at(b, 0.17), at(a, 0.2)], 0, [0.1, 0, z]);
      builder.face([at(a, 0), at(b, 0), at(b, 0.17), at(a, 0.2)], 4, [0.1, 0, z + 9]);
    };
    for (let i = 0; i < 4; i++) hood((i / 4) * Math.PI, ((i + 1) / 4) * Math.PI);
  }
  return builder.build();
}

/** A post with an arm of `armM` that reaches to +y at `heightM`. Slot 0. */
export function gantryMesh(heightM: number, armM: number): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, -0.3], [0, 0, heightM + 0.3], 0.12, 0.09, 0, 7);
  builder.limb([0, 0, heightM], [0, armM, heightM + 0.25], 0.07, 0.05, 0, 6);
  return builder.build();
}

/** One field of a guard rail along +x, `lengthM` long: a W-shaped beam and its posts. Slot 0. */
export function guardRailMesh(lengthM: number): Mesh {
  const builder = new MeshBuilder();
  const section: [number, number][] = [
    [0.06, 0.44],
    [0, 0.5],
    [0.06, 0.57],
    [0.06, 0.62],
    [0, 0.69],
    [0.06, 0.75],
  ];
  for (const side of [1, -1]) {
    for (let i = 0; i + 1 < section.length; i++) {
      const [y0, z0] = section[i]!;
      const [y1, z1] = section[i + 1]!;
      builder.face(
        [
          [0, side * y0, z0],
          [lengthM, side * y0, z0],
          [lengthM, side * y1, z1],
          [0, side * y1, z1],
        ],
        0,
        [lengthM / 2, -side, 0.6],
      );
    }
  }
  for (let x = lengthM / 4; x < lengthM; x += lengthM / 2) {
    builder.box([x - 0.05, -0.04, -0.4], [x + 0.05, 0.04, 0.6], 0);
  }
  return builder.build();
}

/** Railing, wall, hedge or mesh fence along +x. Slot 0 posts and bars, slot 1 the panel. */
export function fenceMesh(
  kind: 'railing' | 'panel' | 'mesh',
  lengthM: number,
  heightM: number,
): Mesh {
  const builder = new MeshBuilder();
  if (kind === 'panel') {
    const c: Vec3[] = [
      [0, -0.12, -0.4],
      [lengthM, -0.12, -0.4],
      [lengthM, 0.12, -0.4],
      [0, 0.12, -0.4],
      [0, -0.12, heightM],
      [lengthM, -0.12, heightM],
      [lengthM, 0.12, heightM],
      [0, 0.12, heightM],
    ];
    const inside: Vec3 = [lengthM / 2, 0, heightM / 2];
    const u = lengthM / 2;
    const v = heightM / 2;
    builder.face([c[0]!, c[1]!, c[5]!, c[4]!], 1, inside, [0, v, u, v, u, 0, 0, 0]);
    builder.face([c[3]!, c[2]!, c[6]!, c[7]!], 1, inside, [0, v, u, v, u, 0, 0, 0]);
    builder.face([c[4]!, c[5]!, c[6]!, c[7]!], 1, inside, [0, 0, u, 0, u, 0.1, 0, 0.1]);
    builder.face([c[0]!, c[3]!, c[7]!, c[4]!], 1, inside, [0, v, 0.1, v, 0.1, 0, 0, 0]);
    builder.face([c[1]!, c[2]!, c[6]!, c[5]!], 1, inside, [0, v, 0.1, v, 0.1, 0, 0, 0]);
    return builder.build();
  }
  builder.limb([0, 0, -0.3], [0, 0, heightM], 0.035, 0.035, 0, 5);
  builder.limb([0, 0, heightM - 0.03], [lengthM, 0, heightM - 0.03], 0.025, 0.025, 0, 4);
  if (kind === 'mesh') {
    builder.face(
      [
        [0, 0, 0],
        [lengthM, 0, 0],
        [lengthM, 0, heightM],
        [0, 0, heightM],
      ],
      1,
      undefined,
      [0, 0, lengthM * 1.4, 0, lengthM * 1.4, heightM * 1.4, 0, heightM * 1.4],
    );
  } else {
    builder.limb([0, 0, 0.14], [lengthM, 0, 0.14], 0.02, 0.02, 0, 4);
    for (let x = 0.14; x < lengthM; x += 0.14)
      builder.limb([x, 0, 0.14], [x, 0, heightM - 0.03], 0.011, 0.011, 0, 3);
  }
  return builder.build();
}

/** A trunk for a crown that begins at `crownFootM`. Slot 0. */
export function trunkMesh(crownFootM: number, radiusM: number): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, -0.3], [0.04, 0.02, crownFootM + 0.7], radiusM, radiusM * 0.66, 0, 7);
  return builder.build();
}

/** An upright sheet of 1 x 1 m facing +x, its foot on the ground: for crowns. Slot 0. */
export function sheetMesh(): Mesh {
  const builder = new MeshBuilder();
  builder.face(
    [
      [0, -0.5, 0],
      [0, 0.5, 0],
      [0, 0.5, 1],
      [0, -0.5, 1],
    ],
    0,
    [-1, 0, 0.5],
    [0, 1, 1, 1, 1, 0, 0, 0],
  );
  return builder.build();
}
