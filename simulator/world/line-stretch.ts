import type { Assets } from './assets.js';
import type { Random } from './random.js';
import {
  type BarrierKind,
  makeBarrier,
  makeBollard,
  makeBuilding,
  makeLampPost,
  makeTree,
} from './roadside.js';
import type { Stretch } from './settings.js';
import { asphaltEdgeM, pavementWidthM, type World, type WorldOptions } from './world.js';

/** Adds houses, trees, posts and barriers on both sides of a stretch. */
export function lineStretch(
  assets: Assets,
  random: Random,
  world: World,
  stretch: Stretch,
  options: WorldOptions,
): void {
  const { road, statics } = world;
  const edge = asphaltEdgeM(world, stretch);
  const isBuilt = stretch.kind === 'town' || stretch.kind === 'suburb';
  const bareShare = random.chance(0.25) ? 0.85 : 0.06;
  for (const side of [1, -1] as const) {
    const inwards = side > 0 ? -Math.PI / 2 : Math.PI / 2;
    const behindPavement = edge + (isBuilt ? pavementWidthM : 1.5);
    if (isBuilt) {
      const setback = stretch.kind === 'town' ? random.range(0, 1.2) : random.range(4, 9);
      for (let s = stretch.fromM; s < stretch.toM; ) {
        const widthM = random.range(8, stretch.kind === 'town' ? 20 : 14);
        if (random.chance(stretch.kind === 'town' ? 0.88 : 0.62)) {
          const place = {
            sM: s + widthM / 2,
            dM: side * (behindPavement + setback + random.range(0, 1)),
            yawRad: inwards,
          };
          statics.push(
            makeBuilding(
              assets,
              road,
              random,
              place,
              widthM - 0.4,
              stretch.kind === 'town' ? 5 : 2,
              stretch.kind === 'town' ? 0.5 : 0.05,
            ),
          );
        } else {
          statics.push(
            makeTree(
              assets,
              road,
              random,
              { sM: s + widthM / 2, dM: side * (behindPavement + setback + 4), yawRad: 0 },
              options.greenTint,
              bareShare,
            ),
          );
        }
        s += widthM + (stretch.kind === 'town' ? random.range(0, 1) : random.range(2, 9));
      }
      if (stretch.kind === 'suburb' || random.chance(0.3)) {
        const kind = random.pick(['hedge', 'wall', 'railing', 'wood', 'chain-link'] as const);
        placeBarriers(assets, random, world, stretch, side * (behindPavement + 0.3), kind, 0.75);
      }
      if (stretch.kind === 'town' && random.chance(0.25)) {
        placeBarriers(assets, random, world, stretch, side * (edge + 0.35), 'railing', 0.4);
      }
      const lampSpacing = random.range(22, 38);
      for (
        let s = stretch.fromM + random.range(0, lampSpacing);
        s < stretch.toM;
        s += lampSpacing
      ) {
        statics.push(
          makeLampPost(road, random, { sM: s, dM: side * (edge + 0.5), yawRad: inwards }),
        );
      }
      const treeSpacing = random.pick([9, 14, 22, 60]);
      for (
        let s = stretch.fromM + random.range(0, treeSpacing);
        s < stretch.toM;
        s += treeSpacing * random.range(0.8, 1.3)
      ) {
        const dM = stretch.kind === 'town' ? edge + 0.9 : behindPavement + random.range(1, 4);
        statics.push(
          makeTree(
            assets,
            road,
            random,
            { sM: s, dM: side * dM, yawRad: 0 },
            options.greenTint,
            bareShare,
            stretch.kind === 'town' ? 0 : 0.2,
          ),
        );
      }
      if (random.chance(0.35)) {
        for (let s = stretch.fromM; s < stretch.toM; s += 3.2)
          statics.push(makeBollard(road, { sM: s, dM: side * (edge + 0.3), yawRad: 0 }));
      }
      continue;
    }
    const treeSpacing = random.pick([5, 8, 14, 40]);
    const rowM = random.range(4, 9);
    for (let s = stretch.fromM; s < stretch.toM; s += treeSpacing * random.range(0.5, 1.5)) {
      const away = random.chance(0.55) ? rowM + random.range(0, 1.5) : rowM + random.range(4, 40);
      statics.push(
        makeTree(
          assets,
          road,
          random,
          { sM: s, dM: side * (edge + away), yawRad: 0 },
          options.greenTint,
          bareShare,
        ),
      );
    }
    if (stretch.kind === 'motorway' || random.chance(0.35)) {
      placeBarriers(assets, random, world, stretch, side * (edge + 0.7), 'guard-rail', 0.96);
    } else {
      for (let s = stretch.fromM; s < stretch.toM; s += 25)
        statics.push(makeBollard(road, { sM: s, dM: side * (edge + 0.8), yawRad: 0 }));
    }
    if (random.chance(0.3)) {
      placeBarriers(
        assets,
        random,
        world,
        stretch,
        side * (edge + rowM + 5),
        random.pick(['hedge', 'wood', 'chain-link', 'wall'] as const),
        0.8,
      );
    }
    if (random.chance(0.5)) {
      const sM = random.range(stretch.fromM, stretch.toM);
      statics.push(
        makeBuilding(
          assets,
          road,
          random,
          {
            sM,
            dM: side * (edge + rowM + random.range(12, 30)),
            yawRad: inwards + random.range(-0.4, 0.4),
          },
          random.range(10, 22),
          2,
          0,
        ),
      );
    }
  }
}

function placeBarriers(
  assets: Assets,
  random: Random,
  world: World,
  stretch: Stretch,
  dM: number,
  kind: BarrierKind,
  share: number,
): void {
  const fieldM = kind === 'guard-rail' ? 4 : 2.5;
  const heightM = kind === 'railing' ? 1.05 : random.range(0.8, 1.9);
  const tone = random.range(0.8, 1.1);
  let isOpen = false;
  for (let s = stretch.fromM; s + fieldM < stretch.toM; s += fieldM) {
    if (random.chance(0.12)) isOpen = !random.chance(share);
    if (isOpen) continue;
    world.statics.push(
      makeBarrier(
        assets,
        world.road,
        random,
        { sM: s, dM, yawRad: 0 },
        fieldM,
        kind,
        heightM,
        tone,
      ),
    );
  }
}
