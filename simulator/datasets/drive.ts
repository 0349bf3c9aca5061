import type { CameraModel } from '../../src/calibration/camera-model.js';
import {
  type MeasuredMount,
  mountMetadata,
  mountMetadataName,
} from '../../src/calibration/mount.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { createDriveWriter } from '../../src/recording/drive-writer.js';
import { type RenderedMount, rigCamera } from '../rendering/camera.js';
import { type EgoState, laneCentreM } from '../rendering/ego-camera.js';
import { groundTruthOf } from '../rendering/ground-truth.js';
import { type RenderedScene, SceneRenderer } from '../rendering/scene.js';
import { loadAssets } from '../world/assets.js';
import { type Conditions, plainConditions } from '../world/conditions.js';
import { makeWorld } from '../world/make-world.js';
import { Random } from '../world/random.js';
import { quietRoad } from '../world/settings.js';
import type { World } from '../world/world.js';
import {
  type DriveLook,
  driveLookMetadata,
  driveLookMetadataName,
  inWeather,
} from './drive-look.js';

export interface DriveRecipe {
  seed: number;
  seconds: number;
  rateHz: number;
  widthPx: number;
  heightPx: number;
  /** JPEG quality 1..100. */
  quality: number;
  out: string;
  /** A road without hills. */
  isFlat?: boolean;
  /** Weather and road; the seed's if omitted. */
  look?: DriveLook;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

const speedMps = 14;
const startM = 25;
/** Rendered drives start at this time, so that the same seed gives the same bytes: 1 January 2026, noon UTC. */
const startStampNs = 1_767_268_800_000_000_000n;
/** Rendering resolution relative to the recorded one. */
const supersampling = 1.5;

/** A road with traffic, a camera on the ego car, and the car's place at each time. */
export interface SimulatedDrive {
  world: World;
  conditions: Conditions;
  renderer: SceneRenderer;
  egoAt(timeS: number): EgoState;
  frameAt(timeS: number): RenderedScene;
}

/** Prepares the drive of a seed: about a second. */
export async function openSimulatedDrive(
  recipe: Pick<DriveRecipe, 'seed' | 'seconds' | 'widthPx' | 'heightPx' | 'isFlat' | 'look'>,
): Promise<SimulatedDrive> {
  const assets = await loadAssets();
  const random = new Random(recipe.seed, 80);
  // A lens is never quite sharp; the blur also saves a third of the bytes of grain.
  const plain = { ...plainConditions(random), blur: 0.4, noise: 0 };
  const { weather, road, minRadiusM = 80 } = recipe.look ?? {};
  const conditions = inWeather(plain, weather, new Random(recipe.seed, 81));
  const lengthM = startM + recipe.seconds * speedMps + 320;
  const world = makeWorld(assets, recipe.seed, {
    lengthM,
    density: { ...quietRoad, signs: 4.2 },
    lightsOn: conditions.lightsOn,
    greenTint: conditions.seasonGreen,
    minRadiusM,
    ...(road !== undefined && { kind: road }),
    straightShare: 0.2,
    ...(recipe.isFlat && { isFlat: true }),
    egoFromM: startM + 6,
    egoSpeedMps: speedMps,
    isLaneClear: true,
    maxWear: 0.5,
  });
  const renderer = new SceneRenderer(rigCamera(recipe.widthPx, recipe.heightPx), supersampling);
  const sway = {
    sizeM: random.range(0.06, 0.16),
    periodS: random.range(5, 8),
    phaseRad: random.range(0, 6.28),
  };
  const egoAt = (timeS: number): EgoState => {
    const laneDM = laneCentreM(world);
    const turn = (2 * Math.PI) / sway.periodS;
    const swayM = sway.sizeM * Math.sin(timeS * turn + sway.phaseRad);
    const swayMps = sway.sizeM * turn * Math.cos(timeS * turn + sway.phaseRad);
    return {
      sM: startM + timeS * speedMps,
      dM: laneDM + swayM,
      yawRad: Math.atan2(swayMps, speedMps),
      speedMps,
      laneDM,
    };
  };
  const frameAt = (timeS: number): RenderedScene =>
    renderer.render(world, conditions, egoAt(timeS), timeS, recipe.seed);
  return { world, conditions, renderer, egoAt, frameAt };
}

/**
 * Renders a drive into a recording with calibration, and with each frame's boxes, class map, steering and speed as
 * ground truth. Resolves with the number of frames; an aborted drive leaves no file. Rejects with ERR_OUTPUT.
 */
export async function writeDrive(recipe: DriveRecipe): Promise<number> {
  const { widthPx, heightPx, rateHz } = recipe;
  const drive = await openSimulatedDrive(recipe);
  const frames = Math.round(recipe.seconds * rateHz);
  const writer = await createDriveWriter(recipe.out, {
    widthPx,
    heightPx,
    calibration: driveCalibration(drive.renderer.camera.model),
    metadata: {
      [mountMetadataName]: mountMetadata(driveMount(drive.renderer.camera.mount)),
      ...(recipe.look !== undefined && { [driveLookMetadataName]: driveLookMetadata(recipe.look) }),
    },
    jpegQuality: recipe.quality,
    sourceName: 'simulated road',
    madeBy: 'windshield simulate',
    seed: recipe.seed,
    rateHz,
    frameCount: frames,
  });
  try {
    for (let frame = 0; frame < frames; frame++) {
      if (recipe.signal?.aborted === true) {
        await writer.abort();
        return 0;
      }
      const scene = drive.frameAt(frame / rateHz);
      const stampNs = startStampNs + (BigInt(frame) * 1_000_000_000n) / BigInt(Math.round(rateHz));
      await writer.writeFrame({
        stampNs,
        jpeg: await encodeJpeg(scene.image, recipe.quality, true),
      });
      await writer.writeGroundTruth(groundTruthOf(scene, frame, stampNs));
      recipe.onProgress?.(frame + 1, frames);
    }
    await writer.close();
    return frames;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** The camera's intrinsics in the form of a recording. */
export function driveCalibration(model: CameraModel) {
  const { fxPx, fyPx, cxPx, cyPx, distortion } = model;
  return {
    distortionModel: 'plumb_bob' as const,
    d: distortion,
    k: [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1],
  };
}

/** The camera's mount in the form of a recording; it is known exactly. */
export function driveMount({ heightM, pitchRad, rollRad, yawRad }: RenderedMount): MeasuredMount {
  const exact = {
    heightDeviationM: 0,
    pitchDeviationRad: 0,
    rollDeviationRad: 0,
    yawDeviationRad: 0,
  };
  return { heightM, pitchRad, rollRad, yawRad, ...exact };
}
