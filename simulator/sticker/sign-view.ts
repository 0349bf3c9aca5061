import type { StageResult } from '../../src/stages/stage-result.js';
import type { BoxXyxy } from '../../tools/datasets/box-geometry.js';
import type { RgbImage } from '../../tools/datasets/sample.js';
import { rectifiedRigCamera } from '../rendering/camera.js';
import { laneCentreM } from '../rendering/ego-camera.js';
import type { Texture } from '../rendering/raster/texture.js';
import { SceneRenderer } from '../rendering/scene.js';
import type { Assets } from '../world/assets.js';
import { type Conditions, plainConditions } from '../world/conditions.js';
import { makeWorld } from '../world/make-world.js';
import { segment } from '../world/prop.js';
import { Random } from '../world/random.js';
import { poseAt } from '../world/roadside.js';
import { asphaltEdgeM, stretchAt, type World } from '../world/world.js';

/** Viewpoint on a sign. */
export interface SignView {
  /** Distance along the road from the car, metres. */
  distanceM: number;
  /** How far the sign is turned away from the road's direction, to the right as seen from the car, radians. */
  turnedRad: number;
  /** Seed of the world around it, and of the light. */
  seed: number;
}

export interface SeenSign {
  picture: RgbImage;
  boxXyxyPx: BoxXyxy;
}

const egoFromM = 30;
const centreM = 2.2;
/** Retro-reflective foil looks brighter than its surroundings; the same for all faces. */
const glow = 0.35;
const emptyRoad = {
  vehicles: 0.01,
  parked: 0.5,
  people: 0.01,
  cyclists: 0.01,
  signs: 0.01,
  lights: 0.01,
};

/** Renders one sign next to an empty straight road through the rig's camera, with any face. */
export class SignStage {
  readonly #assets: Assets;
  readonly #classId: number;
  readonly #sizeM: number;
  readonly #renderer: SceneRenderer;
  readonly #worlds = new Map<number, { world: World; conditions: Conditions }>();

  constructor(
    assets: Assets,
    {
      classId,
      sizeM,
      widthPx = 1280,
      heightPx = 720,
    }: { classId: number; sizeM: number; widthPx?: number; heightPx?: number },
  ) {
    this.#assets = assets;
    this.#classId = classId;
    this.#sizeM = sizeM;
    this.#renderer = new SceneRenderer(rectifiedRigCamera(widthPx, heightPx), 1.4);
  }

  get face(): Texture {
    return this.#assets.atlas.faces[this.#classId]!;
  }

  /** Undefined if the sign is outside the picture, or hidden. */
  see({ distanceM, turnedRad, seed }: SignView, face: Texture): SeenSign | undefined {
    const { world, conditions } = this.#worldOf(seed);
    const laneDM = laneCentreM(world);
    const ego = { sM: egoFromM, dM: laneDM, yawRad: 0, speedMps: 0, laneDM };
    const sM = egoFromM + distanceM;
    const dM = -(asphaltEdgeM(world, stretchAt(world, sM)) + 0.8);
    const { plate, atlas } = this.#assets;
    const shape = atlas.shapes[this.#classId]!;
    const pose = poseAt(world.road, { sM, dM, yawRad: Math.PI - turnedRad }, centreM);
    const surface = { colour: [250, 250, 250] as [number, number, number], isSmooth: true };
    const parts = [
      {
        mesh: plate.face,
        surfaces: [{ ...surface, texture: face, glow }],
        segmentId: segment.signSymbol,
        detection: 'traffic_sign' as const,
        signClassId: this.#classId,
        scale: this.#sizeM,
      },
      {
        mesh: plate.back,
        surfaces: [{ ...surface, texture: atlas.backs[shape] }],
        segmentId: segment.signSymbol,
        scale: this.#sizeM,
      },
    ];
    const withSign = {
      ...world,
      statics: [...world.statics, { pose, radiusM: this.#sizeM, parts }],
    };
    const { image, boxes } = this.#renderer.render(withSign, conditions, ego, 0, seed);
    const box = boxes
      .filter((one) => one.signClassId === this.#classId && one.occluded < 0.2)
      .sort((a, b) => b.visiblePx - a.visiblePx)[0];
    return (
      box && { picture: { ...image, data: Uint8Array.from(image.data) }, boxXyxyPx: box.boxXyxyPx }
    );
  }

  #worldOf(seed: number) {
    const known = this.#worlds.get(seed);
    if (known !== undefined) return known;
    const conditions = plainConditions(new Random(seed, 81));
    const world = makeWorld(this.#assets, seed, {
      isFlat: true,
      lengthM: 160,
      density: emptyRoad,
      kind: 'suburb',
      lightsOn: false,
      greenTint: conditions.seasonGreen,
      minRadiusM: 400,
      straightShare: 1,
      ...{ egoFromM, egoSpeedMps: 0, maxWear: 0 },
    });
    // Anything that overhangs the road's edge would hide the sign.
    const isClear = ({ pose }: World['statics'][number]) => Math.hypot(pose.y) > 9 || pose.x > 120;
    const made = { world: { ...world, statics: world.statics.filter(isClear) }, conditions };
    this.#worlds.set(seed, made);
    return made;
  }
}

/** The sign as a detection with its true box. */
export function asDetection({ boxXyxyPx }: SeenSign): StageResult {
  return { stage: 'detection', detections: [{ classId: 0, score: 1, trackId: 0, boxXyxyPx }] };
}
