import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';

export const personSlots = { skin: 0, hair: 1, top: 2, trousers: 3, shoes: 4, bag: 5 } as const;
const s = personSlots;

/** Steps of the walk that have a mesh of their own. */
export const walkPhases = 8;

/** A person of 1.75 m: standing (phase -1) or in one of `walkPhases` moments of a stride. */
export function personMesh(phase: number, hasCoat: boolean, hasBag: boolean): Mesh {
  const builder = new MeshBuilder();
  const swing = phase < 0 ? 0 : Math.sin((phase / walkPhases) * 2 * Math.PI) * 0.42;
  const bob = phase < 0 ? 0 : Math.abs(swing) * 0.06;
  const hip = 0.9 - bob;
  for (const side of [1, -1] as const) {
    const forward = Math.sin(swing * side);
    const bend = Math.max(0, -swing * side) * 0.7;
    const y = side * 0.09;
    const knee: Vec3 = [forward * 0.44 + bend * 0.12, y, hip - 0.44];
    const ankle: Vec3 = [forward * 0.8 - bend * 0.12, y, Math.max(0.08, hip - 0.84 + bend * 0.2)];
    builder.limb([0, y, hip + 0.02], knee, 0.088, 0.06, s.trousers, 6);
    builder.limb(knee, ankle, 0.06, 0.045, s.trousers, 6);
    builder.box(
      [ankle[0] - 0.07, y - 0.045, ankle[2] - 0.08],
      [ankle[0] + 0.18, y + 0.045, ankle[2] + 0.01],
      s.shoes,
    );
    const shoulder: Vec3 = [0, side * 0.2, 1.42 - bob];
    const elbow: Vec3 = [-forward * 0.2, side * 0.25, 1.16 - bob];
    const wrist: Vec3 = [-forward * 0.34 + 0.1, side * 0.24, 0.93 - bob];
    builder.limb(shoulder, elbow, 0.055, 0.045, s.top, 5);
    builder.limb(elbow, wrist, 0.045, 0.036, s.top, 5);
    builder.ball([wrist[0], wrist[1], wrist[2] - 0.04], [0.045, 0.035, 0.055], s.skin, 5, 4);
  }
  addTrunk(builder, hip, bob, hasCoat);
  addHead(builder, [0.015, 0, 1.62 - bob]);
  if (hasBag) builder.box([-0.26, -0.13, 1.02 - bob], [-0.1, 0.13, 1.42 - bob], s.bag);
  return builder.build();
}

function addTrunk(builder: MeshBuilder, hip: number, bob: number, hasCoat: boolean): void {
  const low = hasCoat ? hip - 0.28 : hip - 0.05;
  builder.limb([0, 0, low], [0, 0, 1.2 - bob], 0.18, 0.17, s.top, 8, 0.68);
  builder.limb([0, 0, 1.2 - bob], [0, 0, 1.47 - bob], 0.17, 0.19, s.top, 8, 0.62);
  builder.limb([0, 0, 1.46 - bob], [0, 0, 1.52 - bob], 0.16, 0.07, s.top, 8, 0.6);
}

/** A head with hair and neck around a centre. */
export function addHead(builder: MeshBuilder, centre: Vec3, hairSlot: number = s.hair): void {
  const [x, y, z] = centre;
  builder.limb([x - 0.02, y, z - 0.16], [x, y, z - 0.05], 0.05, 0.05, s.skin, 6);
  builder.ball(centre, [0.095, 0.078, 0.118], s.skin, 8, 6);
  builder.ball([x - 0.022, y, z + 0.035], [0.1, 0.088, 0.105], hairSlot, 8, 5);
}
