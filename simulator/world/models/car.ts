import type { CarShape } from './car-shapes.js';
import { type Mesh, MeshBuilder, type Vec3 } from './mesh.js';
import { addWheels, vehicleSlots } from './vehicle-parts.js';

const s = vehicleSlots;

/** A car, van or estate from its proportions: shaped body, glazed cabin, wheels, lights, plates. */
export function carMesh(shape: CarShape): Mesh {
  const builder = new MeshBuilder();
  addBody(builder, shape);
  addCabin(builder, shape);
  const axleFront = shape.lengthM / 2 - 0.85;
  addWheels(
    builder,
    [axleFront, axleFront - shape.lengthM * 0.595],
    shape.widthM,
    shape.wheelRadiusM,
  );
  addLights(builder, shape);
  return builder.build();
}

function addBody(builder: MeshBuilder, shape: CarShape): void {
  const front = shape.lengthM / 2;
  const half = shape.widthM / 2;
  const sillM = 0.24;
  const stations: { x: number; top: number; wide: number; low: number }[] = [
    { x: front, top: shape.noseM - 0.06, wide: 0.78, low: 0.3 },
    { x: front - 0.16, top: shape.noseM, wide: 0.93, low: sillM },
    {
      x: front - 0.5,
      top: shape.noseM + (shape.beltM - shape.noseM) * 0.35,
      wide: 0.99,
      low: sillM,
    },
    { x: front - shape.windscreenFootM, top: shape.beltM - 0.02, wide: 1, low: sillM },
    { x: front - shape.roofRearM, top: shape.beltM, wide: 1, low: sillM },
    {
      x: front - Math.min(shape.rearWindowFootM, shape.lengthM - 0.1),
      top: shape.beltM,
      wide: 0.97,
      low: sillM,
    },
    { x: -front + 0.05, top: shape.tailM, wide: 0.92, low: 0.3 },
    { x: -front, top: shape.tailM - 0.16, wide: 0.86, low: 0.34 },
  ];
  const inside: Vec3 = [0, 0, 0.6];
  const sheen = (z: number): number => Math.min(1, Math.max(0, (z - 0.15) / (shape.beltM - 0.1)));
  const ring = stations.map(({ x, top, wide, low }) => {
    const middle = low + (top - low) * 0.58;
    return {
      low: [x, half * wide * 0.95, low] as Vec3,
      middle: [x, half * wide, middle] as Vec3,
      top: [x, half * wide * 0.93, top] as Vec3,
    };
  });
  const mirror = (p: Vec3): Vec3 => [p[0], -p[1], p[2]];
  const quad = (a: Vec3, b: Vec3, c: Vec3, d: Vec3, slot: number = s.body): void => {
    const uv = [a, b, c, d].flatMap((p) => [0.5, sheen(p[2])]);
    builder.face([a, b, c], slot, inside, uv.slice(0, 6));
    builder.face([a, c, d], slot, inside, [...uv.slice(0, 2), ...uv.slice(4, 8)]);
  };
  for (let i = 0; i + 1 < ring.length; i++) {
    const a = ring[i]!;
    const b = ring[i + 1]!;
    for (const side of [(p: Vec3) => p, mirror]) {
      quad(side(a.low), side(b.low), side(b.middle), side(a.middle));
      quad(side(a.middle), side(b.middle), side(b.top), side(a.top));
    }
    quad(a.top, b.top, mirror(b.top), mirror(a.top));
    quad(a.low, b.low, mirror(b.low), mirror(a.low), s.underside);
  }
  for (const end of [ring[0]!, ring[ring.length - 1]!]) {
    quad(end.low, end.middle, mirror(end.middle), mirror(end.low), s.trim);
    quad(end.middle, end.top, mirror(end.top), mirror(end.middle));
  }
}

function addCabin(builder: MeshBuilder, shape: CarShape): void {
  const front = shape.lengthM / 2;
  const half = shape.widthM / 2;
  const foot = shape.beltM - 0.03;
  const roof = shape.heightM;
  const bottom = half * 0.92;
  const top = half * 0.76;
  const xs = [
    front - shape.windscreenFootM,
    front - shape.roofFrontM,
    front - shape.roofRearM,
    front - shape.rearWindowFootM,
  ];
  const [a, b, c, d] = xs as [number, number, number, number];
  const inside: Vec3 = [(b + c) / 2, 0, (foot + roof) / 2];
  const crown = roof - 0.05;
  const sheenUv = [0.5, 0.7, 0.5, 0.7, 0.5, 1, 0.5, 1];
  builder.face(
    [
      [b, -top, crown],
      [c, -top, crown],
      [c, top, crown],
      [b, top, crown],
    ],
    s.body,
    inside,
    [0.5, 1, 0.5, 1, 0.5, 1, 0.5, 1],
  );
  builder.face(
    [
      [b - 0.15, -top * 0.85, roof],
      [c + 0.15, -top * 0.85, roof],
      [c + 0.15, top * 0.85, roof],
      [b - 0.15, top * 0.85, roof],
    ],
    s.body,
    inside,
    [0.5, 1, 0.5, 1, 0.5, 1, 0.5, 1],
  );
  for (const y of [-1, 1]) {
    const side: Vec3[] = [
      [a, y * bottom, foot],
      [d, y * bottom, foot],
      [c, y * top, crown],
      [b, y * top, crown],
    ];
    builder.face(side, s.body, inside, sheenUv);
    builder.face(
      [
        [b - 0.15, y * top * 0.85, roof],
        [c + 0.15, y * top * 0.85, roof],
        [c, y * top, crown],
        [b, y * top, crown],
      ],
      s.body,
      inside,
      sheenUv,
    );
    addSideWindows(builder, side, y, inside, shape);
  }
  // Windscreen and rear window lie a centimetre outside the frame that carries them.
  const across = (
    x0: number,
    z0: number,
    y0: number,
    x1: number,
    z1: number,
    y1: number,
    slot: number,
  ): void => {
    builder.face(
      [
        [x0, -y0, z0],
        [x0, y0, z0],
        [x1, y1, z1],
        [x1, -y1, z1],
      ],
      slot,
      inside,
      [0, 0.1, 1, 0.1, 1, 0.95, 0, 0.95],
    );
  };
  across(a, foot, bottom, b, crown, top, s.body);
  across(a + 0.012, foot + 0.03, bottom * 0.95, b + 0.03, crown - 0.02, top * 0.95, s.glass);
  across(b, crown, top, b - 0.15, roof, top * 0.85, s.body);
  across(d, foot, bottom, c, crown, top, s.body);
  across(d - 0.012, foot + 0.05, bottom * 0.9, c - 0.03, crown - 0.05, top * 0.92, s.glass);
  across(c, crown, top, c + 0.15, roof, top * 0.85, s.body);
}

function addSideWindows(
  builder: MeshBuilder,
  side: Vec3[],
  y: number,
  inside: Vec3,
  shape: CarShape,
): void {
  const [a, d, c, b] = side as [Vec3, Vec3, Vec3, Vec3];
  const at = (t: number, h: number): Vec3 => {
    const x0 = a[0] + (d[0] - a[0]) * t;
    const x1 = b[0] + (c[0] - b[0]) * t;
    return [x0 + (x1 - x0) * h, a[1] + (b[1] - a[1]) * h + y * 0.012, a[2] + (b[2] - a[2]) * h];
  };
  const isVan = shape.heightM > 2;
  const spans: [number, number][] = isVan
    ? [[0.05, 0.24]]
    : [
        [0.07, 0.44],
        [0.49, 0.8],
        [0.83, 0.93],
      ];
  for (const [from, to] of spans) {
    builder.face(
      [at(from, 0.1), at(to, 0.1), at(to, 0.88), at(from, 0.88)],
      s.glass,
      inside,
      [0, 0.1, 1, 0.1, 1, 0.85, 0, 0.85],
    );
  }
}

function addLights(builder: MeshBuilder, shape: CarShape): void {
  const front = shape.lengthM / 2;
  const half = shape.widthM / 2;
  const panel = (
    x: number,
    y0: number,
    y1: number,
    z0: number,
    z1: number,
    slot: number,
    bend = 0,
  ): void => {
    builder.face(
      [
        [x - bend, y0, z0],
        [x, y1, z0],
        [x, y1, z1],
        [x - bend, y0, z1],
      ],
      slot,
      [0, 0, 0.6],
    );
  };
  const nose = front + 0.012;
  const tail = -front - 0.012;
  panel(nose, -half * 0.38, half * 0.38, shape.noseM - 0.22, shape.noseM - 0.1, s.trim);
  panel(nose + 0.004, -0.26, 0.26, 0.4, 0.51, s.plate);
  panel(tail - 0.004, -0.26, 0.26, shape.tailM - 0.42, shape.tailM - 0.31, s.plate);
  for (const side of [-1, 1]) {
    const [low, high] = [shape.noseM - 0.19, shape.noseM - 0.08];
    panel(nose, side * half * 0.74, side * half * 0.42, low, high, s.headlight);
    builder.face(
      [
        [nose, side * half * 0.74, low],
        [front - 0.12, side * (half * 0.91 + 0.025), low],
        [front - 0.12, side * (half * 0.885 + 0.025), high],
        [nose, side * half * 0.74, high],
      ],
      s.headlight,
      [0, 0, 0.6],
    );
    panel(
      tail,
      side * half * 0.85,
      side * half * 0.56,
      shape.tailM - 0.3,
      shape.tailM - 0.1,
      s.tailLight,
      -0.03,
    );
    // Lights reach round the corner, so that a car seen from the side shows them.
    builder.face(
      [
        [-front + 0.02, side * (half * 0.93 + 0.01), shape.tailM - 0.28],
        [-front + 0.22, side * (half * 0.965), shape.tailM - 0.28],
        [-front + 0.22, side * (half * 0.955), shape.tailM - 0.14],
        [-front + 0.02, side * (half * 0.92), shape.tailM - 0.14],
      ],
      s.tailLight,
      [0, 0, 0.6],
    );
    builder.box(
      [front - shape.windscreenFootM - 0.28, side * half - 0.02, shape.beltM],
      [front - shape.windscreenFootM - 0.16, side * (half + 0.17), shape.beltM + 0.13],
      s.trim,
    );
  }
}
