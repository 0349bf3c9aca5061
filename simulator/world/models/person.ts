import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';

export const personSlots = { skin: 0, hair: 1, top: 2, trousers: 3, shoes: 4, bag: 5 } as const;
const s = personSlots;

/** Number of steps of the walk, each with its own mesh. */
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
    const calf: Vec3 = [
      knee[0] + (ankle[0] - knee[0]) * 0.35 - 0.02,
      y,
      knee[2] + (ankle[2] - knee[2]) * 0.35,
    ];
    builder.limb([0, y, hip + 0.03], knee, 0.098, 0.068, s.trousers, 8, 1.1);
    builder.limb(knee, calf, 0.068, 0.066, s.trousers, 7);
    builder.limb(calf, ankle, 0.066, 0.052, s.trousers, 7);
    // A shoe with a lower toe.
    const [ax, az] = [ankle[0], ankle[2]];
    builder.hull(
      [
        [ax - 0.08, y - 0.045, az - 0.085],
        [ax + 0.19, y - 0.04, az - 0.085],
        [ax + 0.19, y + 0.04, az - 0.085],
        [ax - 0.08, y + 0.045, az - 0.085],
        [ax - 0.07, y - 0.04, az + 0.015],
        [ax + 0.15, y - 0.032, az - 0.035],
        [ax + 0.15, y + 0.032, az - 0.035],
        [ax - 0.07, y + 0.04, az + 0.015],
      ],
      s.shoes,
    );
    const shoulder: Vec3 = [-0.01, side * 0.185, 1.42 - bob];
    const elbow: Vec3 = [-forward * 0.2 - 0.02, side * 0.245, 1.14 - bob];
    const wrist: Vec3 = [-forward * 0.34 + 0.09, side * 0.225, 0.9 - bob];
    builder.limb(shoulder, elbow, 0.068, 0.055, s.top, 7);
    builder.limb(elbow, wrist, 0.055, 0.042, s.top, 7);
    builder.ball([wrist[0] + 0.01, wrist[1], wrist[2] - 0.06], [0.04, 0.028, 0.075], s.skin, 5, 4);
  }
  addTrunk(builder, hip, bob, hasCoat);
  addHead(builder, [0.015, 0, 1.62 - bob]);
  if (hasBag) builder.box([-0.26, -0.13, 1.02 - bob], [-0.1, 0.13, 1.42 - bob], s.bag);
  return builder.build();
}

/** Rings of a body from below: height, half depth, half width. A coat begins at the thighs. */
const bodyRings = [
  [0.86, 0.115, 0.165],
  [0.98, 0.12, 0.17],
  [1.1, 0.105, 0.15],
  [1.26, 0.125, 0.175],
  [1.4, 0.118, 0.2],
  [1.47, 0.09, 0.17],
  [1.52, 0.06, 0.075],
] as const;

function addTrunk(builder: MeshBuilder, hip: number, bob: number, hasCoat: boolean): void {
  const wider = hasCoat ? 1.12 : 1;
  const rings = bodyRings.map(([z, depth, width]) =>
    ellipse(z - bob, depth * wider, width * wider),
  );
  // The skirt of a coat hangs wider than the hips.
  if (hasCoat) rings.unshift(ellipse(hip - 0.32, 0.165, 0.225));
  const inside: Vec3 = [0, 0, 1.2 - bob];
  for (let ring = 0; ring + 1 < rings.length; ring++) {
    const [low, high] = [rings[ring]!, rings[ring + 1]!];
    for (let i = 0; i < bodySides; i++) {
      const next = (i + 1) % bodySides;
      builder.face([low[i]!, low[next]!, high[next]!, high[i]!], s.top, [0, 0, low[i]![2]]);
    }
  }
  builder.face(rings[0]!, s.top, inside);
}

const bodySides = 10;

function ellipse(z: number, halfX: number, halfY: number): Vec3[] {
  return Array.from({ length: bodySides }, (_, i): Vec3 => {
    const angle = (i / bodySides) * 2 * Math.PI;
    return [Math.cos(angle) * halfX, Math.sin(angle) * halfY, z];
  });
}

/** A head with hair, face and neck around a centre; it looks to +x. */
export function addHead(builder: MeshBuilder, centre: Vec3, hairSlot: number = s.hair): void {
  const [x, y, z] = centre;
  builder.limb([x - 0.03, y, z - 0.17], [x - 0.01, y, z - 0.06], 0.056, 0.05, s.skin, 7);
  builder.ball(centre, [0.098, 0.076, 0.12], s.skin, 9, 7);
  builder.ball([x - 0.024, y, z + 0.032], [0.098, 0.086, 0.106], hairSlot, 9, 6);
}
