import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';
import { addWheels, vehicleSlots as s } from './vehicle-parts.js';

/** A lorry: cab with windscreen and side windows, a box or flat bed behind it. Length 6..12 m. */
export function truckMesh(lengthM: number, isBox: boolean): Mesh {
  const builder = new MeshBuilder();
  const front = lengthM / 2;
  const half = 1.22;
  const cabM = 2.0;
  const cabTop = isBox ? 2.75 : 2.55;
  taperedCab(builder, front, cabM, half * 0.97, cabTop);
  const bedFrom = front - cabM - 0.25;
  builder.box([-front + 0.1, -0.5, 0.55], [front - 0.3, 0.5, 0.95], s.underside);
  if (isBox) {
    builder.hull(boxWithUv([-front, -half, 0.95], [bedFrom, half, 3.5]), s.cargo, true);
    for (const z of [0.99, 3.44]) {
      for (const y of [-1, 1]) {
        builder.box(
          [-front - 0.01, y * half - 0.02, z - 0.04],
          [bedFrom, y * half + 0.02, z + 0.04],
          s.trim,
        );
      }
    }
    builder.box([-front - 0.02, -0.02, 1], [-front, 0.02, 3.45], s.trim);
  } else {
    builder.box([-front, -half, 0.95], [bedFrom, half, 1.1], s.underside);
    for (const y of [-1, 1])
      builder.box([-front, y * half - 0.03, 1.1], [bedFrom, y * half + 0.03, 1.75], s.cargo);
    builder.box([-front, -half, 1.1], [-front + 0.06, half, 1.75], s.cargo);
    builder.hull(
      boxWithUv([-front + 0.4, -half * 0.8, 1.1], [bedFrom - 0.3, half * 0.8, 2.05]),
      s.trim,
      true,
    );
  }
  for (const side of [-1, 1]) {
    const y0 = side * half * 0.9;
    const y1 = side * half * 0.62;
    builder.face(
      [
        [-front - 0.03, y0, 0.62],
        [-front - 0.03, y1, 0.62],
        [-front - 0.03, y1, 0.82],
        [-front - 0.03, y0, 0.82],
      ],
      s.tailLight,
      [0, 0, 0.7],
    );
    builder.box(
      [-front + 1, side * (half - 0.05), 0.45],
      [bedFrom - 1.2, side * half, 0.85],
      s.underside,
    );
  }
  builder.face(
    [
      [-front - 0.03, -0.26, 0.66],
      [-front - 0.03, 0.26, 0.66],
      [-front - 0.03, 0.26, 0.78],
      [-front - 0.03, -0.26, 0.78],
    ],
    s.plate,
    [0, 0, 0.7],
  );
  const axles =
    lengthM > 8 ? [front - 1.3, -front + 2.6, -front + 1.5] : [front - 1.3, -front + 1.5];
  addWheels(builder, axles, half * 2, 0.5);
  return builder.build();
}

function boxWithUv(from: Vec3, to: Vec3): Vec3[] {
  const [x0, y0, z0] = from;
  const [x1, y1, z1] = to;
  return [
    [x0, y0, z0],
    [x1, y0, z0],
    [x1, y1, z0],
    [x0, y1, z0],
    [x0, y0, z1],
    [x1, y0, z1],
    [x1, y1, z1],
    [x0, y1, z1],
  ];
}

function taperedCab(
  builder: MeshBuilder,
  front: number,
  cabM: number,
  half: number,
  top: number,
): void {
  const rear = front - cabM;
  builder.hull(
    [
      [rear, -half, 0.5],
      [front, -half, 0.5],
      [front, half, 0.5],
      [rear, half, 0.5],
      [rear, -half * 0.96, top],
      [front - 0.22, -half * 0.94, top],
      [front - 0.22, half * 0.94, top],
      [rear, half * 0.96, top],
    ],
    s.body,
    true,
  );
  const inside: Vec3 = [(front + rear) / 2, 0, 1.5];
  const lean = (z: number): number => front - (0.22 * (z - 0.5)) / (top - 0.5) + 0.02;
  const screen = (z0: number, z1: number, y: number, slot: number): void =>
    builder.face(
      [
        [lean(z0), -y, z0],
        [lean(z0), y, z0],
        [lean(z1), y, z1],
        [lean(z1), -y, z1],
      ],
      slot,
      inside,
      [0, 0.1, 1, 0.1, 1, 0.9, 0, 0.9],
    );
  screen(1.5, top - 0.3, half * 0.88, s.glass);
  screen(0.95, 1.35, half * 0.6, s.trim);
  screen(0.5, 0.8, half * 0.95, s.trim);
  builder.face(
    [
      [lean(0.6) + 0.01, -0.26, 0.58],
      [lean(0.6) + 0.01, 0.26, 0.58],
      [lean(0.7) + 0.01, 0.26, 0.7],
      [lean(0.7) + 0.01, -0.26, 0.7],
    ],
    s.plate,
    inside,
  );
  for (const y of [-1, 1]) {
    builder.face(
      [
        [lean(0.85) + 0.01, y * half * 0.9, 0.82],
        [lean(0.85) + 0.01, y * half * 0.62, 0.82],
        [lean(1) + 0.01, y * half * 0.62, 1],
        [lean(1) + 0.01, y * half * 0.9, 1],
      ],
      s.headlight,
      inside,
    );
    builder.face(
      [
        [front - 0.25, y * (half + 0.012), 1.5],
        [front - 1.15, y * (half + 0.012), 1.5],
        [front - 1.15, y * half * 0.99, top - 0.35],
        [front - 0.4, y * half * 0.985, top - 0.35],
      ],
      s.glass,
      inside,
      [0, 0.1, 1, 0.1, 1, 0.9, 0, 0.9],
    );
    builder.box(
      [front - 0.2, y * (half + 0.06), 1.55],
      [front - 0.08, y * (half + 0.26), 2.15],
      s.trim,
    );
  }
}

/** A city bus with a band of windows, doors on its right side and a lit destination board. */
export function busMesh(lengthM: number): Mesh {
  const builder = new MeshBuilder();
  const front = lengthM / 2;
  const half = 1.25;
  const top = 3.0;
  builder.hull(
    [
      [-front, -half, 0.35],
      [front, -half, 0.35],
      [front, half, 0.35],
      [-front, half, 0.35],
      [-front + 0.08, -half * 0.97, top],
      [front - 0.15, -half * 0.97, top],
      [front - 0.15, half * 0.97, top],
      [-front + 0.08, half * 0.97, top],
    ],
    s.body,
    true,
  );
  const inside: Vec3 = [0, 0, 1.6];
  for (const y of [-1, 1]) {
    const panes = Math.round(lengthM / 1.6);
    const step = (lengthM - 0.7) / panes;
    for (let i = 0; i < panes; i++) {
      const x0 = front - 0.4 - i * step;
      const x1 = x0 - step + 0.09;
      const isDoor = y < 0 && (i === 0 || i === Math.floor(panes / 2));
      const z0 = isDoor ? 0.5 : 1.25;
      builder.face(
        [
          [x0, y * (half + 0.01), z0],
          [x1, y * (half + 0.01), z0],
          [x1, y * (half * 0.98 + 0.008), 2.55],
          [x0, y * (half * 0.98 + 0.008), 2.55],
        ],
        s.glass,
        inside,
        [0, 0, 1, 0, 1, 0.8, 0, 0.8],
      );
    }
    builder.box(
      [-front + 0.1, y * half - 0.01, 0.62],
      [front - 0.2, y * half + 0.008, 0.95],
      s.cargo,
    );
  }
  const pane = (x: number, z0: number, z1: number, y: number, slot: number): void =>
    builder.face(
      [
        [x, -y, z0],
        [x, y, z0],
        [x, y, z1],
        [x, -y, z1],
      ],
      slot,
      inside,
      [0, 0.1, 1, 0.1, 1, 0.9, 0, 0.9],
    );
  pane(front + 0.01, 1.0, 2.45, half * 0.92, s.glass);
  pane(front + 0.012, 2.55, 2.88, half * 0.75, s.trim);
  pane(front + 0.016, 2.61, 2.8, half * 0.45, s.indicator);
  pane(front + 0.012, 0.42, 0.55, 0.26, s.plate);
  pane(-front - 0.01, 1.5, 2.5, half * 0.85, s.glass);
  pane(-front - 0.012, 0.55, 1.2, half * 0.55, s.trim);
  pane(-front - 0.016, 1.3, 1.42, 0.26, s.plate);
  for (const y of [-1, 1]) {
    builder.face(
      [
        [front + 0.014, y * half * 0.9, 0.6],
        [front + 0.014, y * half * 0.6, 0.6],
        [front + 0.014, y * half * 0.6, 0.82],
        [front + 0.014, y * half * 0.9, 0.82],
      ],
      s.headlight,
      inside,
    );
    builder.face(
      [
        [-front - 0.014, y * half * 0.95, 0.7],
        [-front - 0.014, y * half * 0.78, 0.7],
        [-front - 0.014, y * half * 0.78, 1.3],
        [-front - 0.014, y * half * 0.95, 1.3],
      ],
      s.tailLight,
      inside,
    );
    builder.box(
      [front - 0.1, y * (half + 0.04), 1.8],
      [front + 0.12, y * (half + 0.24), 2.3],
      s.trim,
    );
  }
  addWheels(builder, [front - 2.6, -front + 2.9], half * 2, 0.48);
  return builder.build();
}
