import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { RgbImage } from '../../../tools/datasets/sample.js';
import { roadNeededM } from '../loop/run-loop.js';
import { SimulatedDrive } from '../loop/simulated-drive.js';
import { egoCar, egoSpeedMps } from '../vehicle/ego-car.js';
import { lookAheadM, pursueLane } from '../vehicle/pure-pursuit.js';
import { rewardOf } from './reward.js';

export interface EnvironmentOptions {
  /** Width of the observed picture, pixels; 160x90 by default. */
  widthPx?: number;
  heightPx?: number;
  /** Steps per second; 10 by default. */
  rateHz?: number;
  /** An episode is truncated after this many seconds; 60 by default. */
  seconds?: number;
  /** Speed at the start, m/s; 12 by default. */
  speedMps?: number;
  /** Strength of wind, crown and bumps; 1 by default. */
  disturbance?: number;
  weather?: 'plain' | 'any';
}

/** The learner's action for one step. */
export interface Action {
  /** Angle at the wheels, radians, positive to the left. */
  steeringRad: number;
  /** m/s²; 0 by default, which holds the speed. */
  accelerationMps2?: number;
}

/** What the learner may know. */
export interface Observation {
  /** The camera's picture through its lens, packed rgb8. */
  image: RgbImage;
  speedMps: number;
  /** Current angle of the wheels: commands take time to get there. */
  steeringRad: number;
}

/** What the learner must not know; for logs and for teachers. */
export interface StepInfo {
  timeS: number;
  /** Along the road, and left of the lane's centre, metres; heading off the lane's, radians. */
  sM: number;
  offsetM: number;
  headingErrorRad: number;
  /** What the reference controller would steer from here. */
  referenceRad: number;
}

export interface Step {
  observation: Observation;
  reward: number;
  /** A wheel is over the lane's border: the episode has failed. */
  terminated: boolean;
  /** The time is up. */
  truncated: boolean;
  info: StepInfo;
}

/**
 * The road as an environment for learners, after Gymnasium's interface: `reset` starts an episode in the world of a
 * seed, `step` advances time. The same seed and actions give the same observations and rewards.
 */
export class DriveEnvironment {
  /** Lowest and highest value of each part of an action; values beyond them are clamped. */
  static readonly actionSpace = {
    steeringRad: [-egoCar.maxSteeringRad, egoCar.maxSteeringRad],
    accelerationMps2: [-egoCar.brakingMps2, egoCar.acceleratingMps2],
  } as const;
  /** Shape and type of a picture, and the range of the other observations. */
  readonly observationSpace;
  readonly #options: Required<EnvironmentOptions>;
  #drive: SimulatedDrive | undefined;
  #steps = 0;
  #isOver = true;

  constructor(options: EnvironmentOptions = {}) {
    this.#options = {
      widthPx: 160,
      heightPx: 90,
      rateHz: 10,
      seconds: 60,
      speedMps: egoSpeedMps,
      disturbance: 1,
      weather: 'plain',
      ...options,
    };
    const { widthPx, heightPx } = this.#options;
    this.observationSpace = {
      image: { shape: [heightPx, widthPx, 3], dtype: 'uint8' },
      speedMps: [0, 60],
      steeringRad: DriveEnvironment.actionSpace.steeringRad,
    } as const;
  }

  /** Starts an episode: the car is on its lane's centre, at speed. Takes about a second, because it builds a world. */
  async reset(seed: number): Promise<{ observation: Observation; info: StepInfo }> {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new PerceptionError('ERR_USAGE', `expected a seed of 0 or more, found ${seed}`);
    const { rateHz: _rate, seconds, ...setup } = this.#options;
    // A learner who accelerates all the way reaches a few times the initial speed; the road is long enough for twice.
    const lengthM = roadNeededM(seconds, setup.speedMps) * 2;
    this.#drive = await SimulatedDrive.open({ ...setup, seed, lengthM });
    this.#steps = 0;
    this.#isOver = false;
    return { observation: observe(this.#drive), info: infoOf(this.#drive) };
  }

  /**
   * Advances by one step of 1 / rateHz seconds. Throws ERR_USAGE after an episode's end, and if the action is not a
   * number.
   */
  step(action: Action): Step {
    const drive = this.#drive;
    if (drive === undefined || this.#isOver)
      throw new PerceptionError('ERR_USAGE', 'expected reset before step: the episode is over');
    const { steeringRad, accelerationMps2 = 0 } = action;
    if (!Number.isFinite(steeringRad) || !Number.isFinite(accelerationMps2))
      throw new PerceptionError(
        'ERR_USAGE',
        `expected an action of numbers, found ${steeringRad} rad and ${accelerationMps2} m/s²`,
      );
    const { rateHz, seconds } = this.#options;
    const before = { sM: drive.car.place.sM, steeringRad: drive.car.state.steeringRad };
    drive.car.steer(steeringRad);
    drive.car.advance(1 / rateHz, accelerationMps2);
    this.#steps++;
    const terminated = drive.isOverBorder;
    const truncated = !terminated && (this.#steps >= seconds * rateHz || drive.leftM <= 0);
    this.#isOver = terminated || truncated;
    const reward = rewardOf({
      progressM: drive.car.place.sM - before.sM,
      offsetM: drive.offsetM,
      laneWidthM: drive.laneWidthM,
      turnedRad: drive.car.state.steeringRad - before.steeringRad,
      isFailed: terminated,
    });
    return { observation: observe(drive), reward, terminated, truncated, info: infoOf(drive) };
  }
}

function observe(drive: SimulatedDrive): Observation {
  const { speedMps, steeringRad } = drive.car.state;
  return { image: drive.render().image, speedMps, steeringRad };
}

function infoOf(drive: SimulatedDrive): StepInfo {
  const { place, timeS, state } = drive.car;
  const { steeringRad } = pursueLane(drive.road, place, drive.laneDM, lookAheadM(state.speedMps));
  return {
    timeS,
    sM: place.sM,
    offsetM: drive.offsetM,
    headingErrorRad: place.yawRad,
    referenceRad: steeringRad,
  };
}
