import { carMesh } from './models/car.js';
import { carShapes } from './models/car-shapes.js';
import { plateMesh, sheetMesh, trafficLightHeadMesh } from './models/furniture.js';
import { busMesh, truckMesh } from './models/heavy.js';
import type { Mesh } from './models/mesh.js';
import { personMesh, walkPhases } from './models/person.js';
import { cyclistMesh, motorcycleMesh, pedalPhases } from './models/two-wheelers.js';
import { loadSignAtlas, type SignAtlas } from './signs/sign-atlas.js';
import { makeTextureLibrary, type TextureLibrary } from './textures/library.js';

/** Textures, signs and meshes that every world shares; loaded once per process (about a second). */
export interface Assets {
  library: TextureLibrary;
  atlas: SignAtlas;
  cars: { name: string; mesh: Mesh; lengthM: number; widthM: number; heightM: number }[];
  trucks: { mesh: Mesh; lengthM: number; heightM: number }[];
  buses: { mesh: Mesh; lengthM: number }[];
  motorcycles: Mesh[];
  /** [walk phase, last one standing][variant]. */
  people: Mesh[][];
  cyclists: Mesh[][];
  plate: { face: Mesh; back: Mesh };
  lightHeads: { 2: Mesh; 3: Mesh };
  sheet: Mesh;
}

let loading: Promise<Assets> | undefined;

/** The assets, loaded at the first call. */
export function loadAssets(): Promise<Assets> {
  loading ??= makeAssets();
  return loading;
}

async function makeAssets(): Promise<Assets> {
  const atlas = await loadSignAtlas();
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  return {
    library: makeTextureLibrary(),
    atlas,
    cars: Object.entries(carShapes).map(([name, shape]) => ({
      name,
      mesh: carMesh(shape),
      ...shape,
    })),
    trucks: [
      { mesh: truckMesh(6.6, true), lengthM: 6.6, heightM: 3.5 },
      { mesh: truckMesh(8.6, true), lengthM: 8.6, heightM: 3.5 },
      { mesh: truckMesh(11.5, true), lengthM: 11.5, heightM: 3.5 },
      { mesh: truckMesh(7.4, false), lengthM: 7.4, heightM: 2.6 },
    ],
    buses: [
      { mesh: busMesh(12), lengthM: 12 },
      { mesh: busMesh(10), lengthM: 10 },
    ],
    motorcycles: [motorcycleMesh(false), motorcycleMesh(true)],
    people: [...range(walkPhases), -1].map((phase) => [
      personMesh(phase, false, false),
      personMesh(phase, true, false),
      personMesh(phase, false, true),
    ]),
    cyclists: range(pedalPhases).map((phase) => [
      cyclistMesh(phase, false),
      cyclistMesh(phase, true),
    ]),
    plate: plateMesh(),
    lightHeads: { 2: trafficLightHeadMesh(2), 3: trafficLightHeadMesh(3) },
    sheet: sheetMesh(),
  };
}
