import { rigCamera, type SimulatedCamera } from '../../rendering/camera.js';
import { type EgoState, laneCentreM } from '../../rendering/ego-camera.js';
import { type RenderedScene, SceneRenderer } from '../../rendering/scene.js';
import { loadAssets } from '../../world/assets.js';
import { type Conditions, plainConditions, randomConditions } from '../../world/conditions.js';
import { makeWorld } from '../../world/make-world.js';
import { Random } from '../../world/random.js';
import type { Road } from '../../world/road.js';
import { quietRoad } from '../../world/settings.js';
import type { World } from '../../world/world.js';
import { Disturbances } from '../vehicle/disturbances.js';
import { RoadCar } from '../vehicle/road-car.js';

export interface DriveSetup {
  seed: number;
  /** Length of the road to drive, metres. */
  lengthM: number;
  widthPx: number;
  heightPx: number;
  speedMps: number;
  /** Strength of wind, crown and bumps: 0 none, 1 an ordinary road. */
  disturbance: number;
  /** `plain`: ordinary light; `any`: fog, dusk, glare and a bad camera too. */
  weather: 'plain' | 'any';
  /** Defaults to the rig's camera. */
  camera?: SimulatedCamera;
}

/** Drives start here, so that the end of the road behind the car is not visible. */
const startM = 25;
/** Length of road that is drawn beyond the last driven metre. */
const beyondM = 280;
/** Objects this far behind and ahead of the car may be visible. */
const behindM = 60;
const aheadM = 280;
/** Visible objects are searched for again after this many metres. */
const lookEveryM = 25;
const supersampling = 1.5;

/** A car on the road of a seed, and its camera. The caller drives it. */
export class SimulatedDrive {
  readonly car: RoadCar;
  readonly camera: SimulatedCamera;
  /** Centre of the car's lane, metres left of the road's. */
  readonly laneDM: number;
  readonly #setup: DriveSetup;
  readonly #world: World;
  /** The world's objects near the car, so that a world of many kilometres need not be searched at every frame. */
  readonly #near: World;
  #lookedAtM = Number.NEGATIVE_INFINITY;
  readonly #conditions: Conditions;
  readonly #renderer: SceneRenderer;

  private constructor(setup: DriveSetup, world: World, conditions: Conditions) {
    this.#setup = setup;
    this.#world = world;
    this.#near = { ...world };
    this.#conditions = conditions;
    this.laneDM = laneCentreM(world);
    this.camera = setup.camera ?? rigCamera(setup.widthPx, setup.heightPx);
    this.#renderer = new SceneRenderer(this.camera, supersampling);
    const disturbances = new Disturbances(setup.seed, world.road.lengthM, setup.disturbance);
    const start = { sM: startM, dM: this.laneDM, yawRad: 0 };
    this.car = new RoadCar(world.road, start, setup.speedMps, disturbances);
  }

  /** Builds the world of a seed: takes about a second, and half a second more for each kilometre. */
  static async open(setup: DriveSetup): Promise<SimulatedDrive> {
    const assets = await loadAssets();
    const random = new Random(setup.seed, 80);
    const conditions = (setup.weather === 'plain' ? plainConditions : randomConditions)(random);
    const world = makeWorld(assets, setup.seed, {
      lengthM: startM + setup.lengthM + beyondM,
      density: quietRoad,
      lightsOn: conditions.lightsOn,
      greenTint: conditions.seasonGreen,
      minRadiusM: 60,
      straightShare: 0.2,
      maxHeadingRad: 0.9,
      egoFromM: startM + 10,
      // At least half a m/s faster than the car, because the ego car does not brake.
      egoSpeedMps: setup.speedMps + 1,
      isLaneClear: true,
      maxWear: 0.5,
    });
    return new SimulatedDrive(setup, world, conditions);
  }

  get world(): World {
    return this.#world;
  }

  get road(): Road {
    return this.#world.road;
  }

  get laneWidthM(): number {
    return this.#world.make.laneWidthM;
  }

  /** Metres to the left of the lane's centre. */
  get offsetM(): number {
    return this.car.place.dM - this.laneDM;
  }

  /** Metres of road left to drive. */
  get leftM(): number {
    return startM + this.#setup.lengthM - this.car.place.sM;
  }

  /** True if a wheel is over the border of the car's lane. */
  get isOverBorder(): boolean {
    const half = this.laneWidthM / 2;
    return this.car.wheelOffsetsM().some((dM) => Math.abs(dM - this.laneDM) > half);
  }

  /** Puts the car back onto its lane's centre, along the road. */
  recentre(): void {
    this.car.putAt({ sM: this.car.place.sM, dM: this.laneDM, yawRad: 0 });
  }

  /** The car's place and motion, for the renderer. */
  get ego(): EgoState {
    const { place, state, push } = this.car;
    const { pitchRad, rollRad } = push;
    return { ...place, pitchRad, rollRad, speedMps: state.speedMps, laneDM: this.laneDM };
  }

  /** The camera's current view, with its truth. Valid until the next call. */
  render(): RenderedScene {
    this.#lookAround();
    const { seed } = this.#setup;
    return this.#renderer.render(this.#near, this.#conditions, this.ego, this.car.timeS, seed);
  }

  #lookAround(): void {
    const { sM } = this.car.place;
    if (Math.abs(sM - this.#lookedAtM) > lookEveryM) {
      this.#lookedAtM = sM;
      // The road always advances in x, so x is a measure of position.
      const fromX = this.road.at(sM - behindM).x - behindM;
      const toX = this.road.at(sM + aheadM).x + behindM;
      this.#near.statics = this.#world.statics.filter(({ pose: { x } }) => x > fromX && x < toX);
    }
    const { timeS } = this.car;
    this.#near.actors = this.#world.actors.filter(({ track }) => {
      const awayM = track.startM + track.direction * track.speedMps * timeS - sM;
      return awayM > -behindM && awayM < aheadM;
    });
  }
}
