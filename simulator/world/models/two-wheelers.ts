import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';
import { addHead, personSlots as p } from './person.js';

/** Slots after the rider's own (see personSlots). */
export const twoWheelerSlots = {
  frame: 6,
  tyre: 7,
  metal: 8,
  helmet: 9,
  headlight: 10,
  tailLight: 11,
  plate: 12,
} as const;
const s = twoWheelerSlots;

/** Number of pedal positions, each with its own mesh. */
export const pedalPhases = 6;

/** A bicycle and its rider. */
export function cyclistMesh(phase: number, hasHelmet: boolean): Mesh {
  const builder = new MeshBuilder();
  for (const x of [0.53, -0.53]) addSpokedWheel(builder, x, 0.34);
  const crank: Vec3 = [-0.04, 0, 0.3];
  const seat: Vec3 = [-0.24, 0, 0.9];
  const head: Vec3 = [0.36, 0, 0.92];
  const pipes: [Vec3, Vec3][] = [
    [crank, seat],
    [crank, head],
    [[-0.22, 0, 0.82], head],
    [crank, [-0.53, 0, 0.34]],
    [
      [-0.2, 0, 0.76],
      [-0.53, 0, 0.34],
    ],
    [head, [0.53, 0, 0.34]],
    [head, [0.34, 0, 1.05]],
  ];
  for (const [from, to] of pipes) builder.limb(from, to, 0.024, 0.024, s.frame, 5);
  builder.limb([0.36, -0.27, 1.06], [0.36, 0.27, 1.06], 0.018, 0.018, s.metal, 5);
  builder.box([-0.36, -0.07, 0.92], [-0.12, 0.07, 0.98], s.tyre);
  const turn = (phase / pedalPhases) * 2 * Math.PI;
  for (const side of [1, -1] as const) {
    const foot: Vec3 = [
      -0.04 + Math.cos(turn) * 0.17 * side,
      side * 0.11,
      0.3 + Math.sin(turn) * 0.17 * side,
    ];
    addLeg(builder, [-0.24, side * 0.1, 1.0], foot, side);
    addArm(builder, [0.06, side * 0.19, 1.44], [0.36, side * 0.25, 1.08]);
  }
  builder.limb([-0.27, 0, 0.95], [-0.12, 0, 1.22], 0.175, 0.165, p.top, 9, 0.74);
  builder.limb([-0.12, 0, 1.22], [0.04, 0, 1.46], 0.165, 0.195, p.top, 9, 0.66);
  builder.limb([0.04, 0, 1.46], [0.1, 0, 1.55], 0.19, 0.08, p.top, 9, 0.6);
  addHead(builder, [0.15, 0, 1.68], hasHelmet ? s.helmet : p.hair);
  return builder.build();
}

/** A motorcycle (or, when small, a scooter) and its rider. */
export function motorcycleMesh(isScooter: boolean): Mesh {
  const builder = new MeshBuilder();
  const radius = isScooter ? 0.25 : 0.31;
  const reach = isScooter ? 0.62 : 0.72;
  for (const x of [reach, -reach]) {
    builder.limb([x, -0.06, radius], [x, 0.06, radius], radius, radius, s.tyre, 14);
    for (const side of [1, -1] as const)
      builder.disc(x, side * 0.066, radius, radius * 0.6, s.metal, side, 10);
  }
  builder.limb([reach, 0, radius], [reach - 0.28, 0, 0.95], 0.05, 0.05, s.metal, 5);
  builder.limb([reach - 0.3, -0.34, 1.02], [reach - 0.3, 0.34, 1.02], 0.025, 0.025, s.tyre, 5);
  builder.hull(blockBetween([-0.75, 0.2, 0.62], [0.05, 0.7, 0.82], 0.12), s.frame);
  builder.hull(blockBetween([0, 0.2, 0.68], [reach - 0.2, 0.66, 1.0], 0.16), s.frame);
  builder.box([-0.3, -0.15, 0.25], [0.3, 0.15, 0.62], s.tyre);
  builder.box([-0.72, -0.14, 0.8], [0.02, 0.14, 0.88], s.tyre);
  builder.box([-0.7, -0.24, 0.32], [0.1, -0.16, 0.4], s.metal);
  builder.limb([reach - 0.18, 0, 0.86], [reach - 0.1, 0, 0.84], 0.1, 0.09, s.headlight, 8);
  if (isScooter)
    builder.hull(blockBetween([reach - 0.32, 0.3, 0.98], [reach - 0.22, 0.3, 0.98], 0.24), s.frame);
  builder.face(
    [
      [-0.78, -0.07, 0.7],
      [-0.78, 0.07, 0.7],
      [-0.78, 0.07, 0.79],
      [-0.78, -0.07, 0.79],
    ],
    s.tailLight,
    [0, 0, 0.7],
  );
  builder.face(
    [
      [-0.8, -0.1, 0.48],
      [-0.8, 0.1, 0.48],
      [-0.8, 0.1, 0.64],
      [-0.8, -0.1, 0.64],
    ],
    s.plate,
    [0, 0, 0.6],
  );
  for (const side of [1, -1] as const) {
    addLeg(builder, [-0.3, side * 0.12, 0.92], [0.05, side * 0.2, 0.38], side);
    addArm(builder, [-0.08, side * 0.21, 1.4], [reach - 0.3, side * 0.3, 1.04]);
  }
  builder.limb([-0.32, 0, 0.86], [-0.2, 0, 1.18], 0.18, 0.18, p.top, 8, 0.74);
  builder.limb([-0.2, 0, 1.18], [-0.06, 0, 1.48], 0.18, 0.2, p.top, 8, 0.7);
  builder.ball([0.03, 0, 1.64], [0.15, 0.13, 0.15], s.helmet, 8, 6);
  builder.face(
    [
      [0.17, -0.07, 1.6],
      [0.17, 0.07, 1.6],
      [0.16, 0.07, 1.69],
      [0.16, -0.07, 1.69],
    ],
    s.tyre,
    [0, 0, 1.64],
  );
  return builder.build();
}

function blockBetween(rear: Vec3, front: Vec3, halfM: number): Vec3[] {
  // rear and front: x, bottom z, top z.
  return [
    [rear[0], -halfM, rear[1]],
    [front[0], -halfM, front[1]],
    [front[0], halfM, front[1]],
    [rear[0], halfM, rear[1]],
    [rear[0], -halfM, rear[2]],
    [front[0], -halfM, front[2]],
    [front[0], halfM, front[2]],
    [rear[0], halfM, rear[2]],
  ];
}

function addLeg(builder: MeshBuilder, hip: Vec3, foot: Vec3, side: 1 | -1): void {
  const knee: Vec3 = [
    (hip[0] + foot[0]) / 2 + 0.22,
    (hip[1] + foot[1]) / 2 + side * 0.02,
    (hip[2] + foot[2]) / 2 + 0.08,
  ];
  builder.limb(hip, knee, 0.1, 0.07, p.trousers, 8);
  builder.limb(knee, foot, 0.07, 0.05, p.trousers, 7);
  builder.box(
    [foot[0] - 0.08, foot[1] - 0.045, foot[2] - 0.06],
    [foot[0] + 0.16, foot[1] + 0.045, foot[2] + 0.02],
    p.shoes,
  );
}

function addArm(builder: MeshBuilder, shoulder: Vec3, hand: Vec3): void {
  const elbow: Vec3 = [
    (shoulder[0] + hand[0]) / 2 - 0.04,
    (shoulder[1] + hand[1]) / 2 + Math.sign(shoulder[1]) * 0.05,
    (shoulder[2] + hand[2]) / 2 - 0.06,
  ];
  builder.limb(shoulder, elbow, 0.066, 0.054, p.top, 7);
  builder.limb(elbow, hand, 0.054, 0.042, p.top, 7);
  builder.ball(hand, [0.045, 0.045, 0.045], p.skin, 5, 4);
}

/** A rim and tyre as a ring of flat quads, seen from both sides, and four spokes. */
function addSpokedWheel(builder: MeshBuilder, x: number, radiusM: number): void {
  const sides = 16;
  const at = (i: number, r: number, y: number): Vec3 => {
    const angle = (i / sides) * 2 * Math.PI;
    return [x + Math.cos(angle) * r, y, radiusM + Math.sin(angle) * r];
  };
  for (let i = 0; i < sides; i++) {
    for (const side of [1, -1]) {
      const y = side * 0.018;
      builder.face(
        [
          at(i, radiusM, y),
          at(i + 1, radiusM, y),
          at(i + 1, radiusM - 0.05, y),
          at(i, radiusM - 0.05, y),
        ],
        s.tyre,
        [x, 0, radiusM],
      );
    }
    builder.face(
      [
        at(i, radiusM, -0.018),
        at(i + 1, radiusM, -0.018),
        at(i + 1, radiusM, 0.018),
        at(i, radiusM, 0.018),
      ],
      s.tyre,
      [x, 0, radiusM],
    );
  }
  for (let i = 0; i < 4; i++) {
    const low = at(i * 2 + 1, radiusM - 0.04, 0);
    const high = at(i * 2 + 1 + sides / 2, radiusM - 0.04, 0);
    builder.limb(low, high, 0.006, 0.006, s.metal, 3);
  }
}
