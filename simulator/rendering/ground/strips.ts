import type { Conditions } from '../../world/conditions.js';
import type { Rgb } from '../../world/models/mesh.js';
import { segment } from '../../world/prop.js';
import type { Stretch } from '../../world/settings.js';
import { sideRoadLengthM } from '../../world/side-road.js';
import { asphaltEdgeM, kerbM, pavementWidthM, type World } from '../../world/world.js';
import type { RoadPaint } from '../raster/road-paint.js';
import type { Texture } from '../raster/texture.js';
import { paintOf } from './line-paint.js';
import type { Mouth } from './mouth.js';

/** Object id of bare ground of a class: 1 + class. Only such ground receives shadows and painted marks. */
export function groundId(segmentId: number): number {
  return 1 + segmentId;
}

/** A band along the road, between two distances from its centre. */
export interface GroundStrip {
  fromM: number;
  toM: number;
  /** Height above the road at both edges, metres. */
  fromUpM: number;
  toUpM: number;
  texture: Texture;
  tint: Rgb;
  segmentId: number;
  paint?: RoadPaint;
}

/** Pavement and yards of a built-up stretch together, metres. */
const builtM = pavementWidthM + 14;

/** The strips across the road on a stretch, from the carriageway outwards; a side road's mouth replaces some of them. */
export function stripsOf(
  world: World,
  stretch: Stretch,
  conditions: Conditions,
  mouth?: Mouth,
): GroundStrip[] {
  const { ground } = world;
  const edge = asphaltEdgeM(world, stretch);
  const green = conditions.seasonGreen;
  const strips: GroundStrip[] = [
    {
      fromM: -edge,
      toM: edge,
      fromUpM: 0,
      toUpM: 0,
      texture: ground.asphalt,
      tint: ground.asphaltTint,
      segmentId: segment.road,
      paint: paintOf(world, stretch, mouth),
    },
  ];
  const isBuilt = stretch.kind === 'town' || stretch.kind === 'suburb';
  const even: Rgb = [1, 1, 1];
  for (const side of [1, -1]) {
    const add = (
      fromM: number,
      toM: number,
      fromUpM: number,
      toUpM: number,
      texture: Texture,
      tint: Rgb,
      segmentId: number,
    ): void => {
      strips.push({
        fromM: side * fromM,
        toM: side * toM,
        fromUpM,
        toUpM,
        texture,
        tint,
        segmentId,
      });
    };
    const mouthM = (side > 0 ? mouth?.left : mouth?.right) ?? 0;
    const isOpen = mouthM >= sideRoadLengthM;
    if (mouthM > 0) {
      // In a corner it continues under the pavement, so that no gap shows below its end.
      const toM = edge + (isOpen || !isBuilt ? mouthM : builtM);
      add(edge, toM, 0, 0, ground.asphalt, ground.asphaltTint, segment.road);
    }
    let at = edge;
    let up = 0;
    if (isBuilt) {
      const kerbAtM = edge + mouthM;
      at += pavementWidthM;
      up = kerbM;
      if (!isOpen) {
        add(kerbAtM, kerbAtM, 0, up, ground.paving, [1.12, 1.12, 1.12], segment.pavement);
        add(kerbAtM, kerbAtM + 0.14, up, up, ground.paving, [1.16, 1.16, 1.16], segment.pavement);
        if (kerbAtM + 0.14 < at)
          add(kerbAtM + 0.14, at, up, up, ground.paving, even, segment.pavement);
        const isTown = stretch.kind === 'town';
        add(
          Math.max(at, kerbAtM + 0.14),
          edge + builtM,
          up,
          up,
          isTown ? ground.paving : ground.meadow,
          isTown ? [0.9, 0.9, 0.9] : green,
          isTown ? segment.pavement : segment.tree,
        );
      }
      at = edge + builtM;
    } else {
      add(at, at + 0.6, 0, -0.03, ground.verge, even, segment.tree);
      add(at + 0.6, at + 3, -0.03, -0.25, ground.meadow, green, segment.tree);
      add(at + 3, at + 16, -0.25, 0, ground.meadow, green, segment.tree);
      at += 16;
    }
    const fieldM = isOpen ? Math.max(at, edge + mouthM) : at;
    add(
      fieldM,
      Math.max(fieldM, at + 40),
      isOpen ? 0 : up,
      0.4,
      ground.meadow,
      [green[0] * 1.04, green[1] * 0.98, green[2] * 0.94],
      segment.tree,
    );
    add(
      Math.max(fieldM, at + 40),
      at + 140,
      0.4,
      2,
      ground.meadow,
      [green[0] * 0.94, green[1] * 0.94, green[2] * 0.94],
      segment.tree,
    );
  }
  return strips;
}
