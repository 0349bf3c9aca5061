import { setTimeout as sleep } from 'node:timers/promises';
import { encodeJpeg } from '../../../src/codec/image-codec.js';
import { autonomy, interventionS } from '../loop/autonomy.js';
import { type Controller, referenceController } from '../loop/controller.js';
import { drawTruth } from '../loop/draw-truth.js';
import { sensorLatencyS } from '../loop/run-loop.js';
import type { SimulatedDrive } from '../loop/simulated-drive.js';
import { drawBoxes } from './draw-boxes.js';
import { accelerationOf, KeyboardWheel, type Keys, noKeys } from './keyboard-wheel.js';

export const drivers = ['keyboard', 'network', 'reference'] as const;
export type Driver = (typeof drivers)[number];

export interface WatchedDriveOptions {
  seed: number;
  rateHz: number;
  openDrive(seed: number): Promise<SimulatedDrive>;
  openNetwork(drive: SimulatedDrive): Promise<Controller>;
}

/** What the page shows beside the picture. */
export interface DriveState {
  frame: number;
  seed: number;
  driver: Driver;
  speedMps: number;
  steeringRad: number;
  offsetM: number;
  laneWidthM: number;
  interventions: number;
  elapsedS: number;
  autonomy: number;
  /** What went wrong last; empty when nothing did. */
  problem: string;
}

const jpegQuality = 80;
/** Without anybody who looks, time stands still after this long, milliseconds. */
const idleMs = 3000;
const idlePollMs = 100;

/** A drive that goes on in real time, as far as the machine keeps up, while somebody watches. */
export class WatchedDrive {
  driver: Driver = 'keyboard';
  keys: Keys = noKeys;
  showsTruth = true;
  readonly #options: WatchedDriveOptions;
  #drive: SimulatedDrive;
  #seed: number;
  #wheel = new KeyboardWheel();
  #network: Promise<Controller | undefined> | undefined;
  #frame = 0;
  #interventions = 0;
  #cruiseMps: number;
  #problem = '';
  #jpeg: Uint8Array = new Uint8Array();
  #lastAskedMs = 0;
  #wake: (() => void)[] = [];
  #nextSeed: number | undefined;
  #isClosed = false;
  readonly #running: Promise<void>;

  private constructor(options: WatchedDriveOptions, drive: SimulatedDrive) {
    this.#options = options;
    this.#drive = drive;
    this.#seed = options.seed;
    this.#cruiseMps = drive.car.state.speedMps;
    this.#running = this.#run();
  }

  static async open(options: WatchedDriveOptions): Promise<WatchedDrive> {
    return new WatchedDrive(options, await options.openDrive(options.seed));
  }

  get state(): DriveState {
    const { state, timeS } = this.#drive.car;
    const elapsedS = timeS + this.#interventions * interventionS;
    return {
      frame: this.#frame,
      seed: this.#seed,
      driver: this.driver,
      speedMps: state.speedMps,
      steeringRad: state.steeringRad,
      offsetM: this.#drive.offsetM,
      laneWidthM: this.#drive.laneWidthM,
      interventions: this.#interventions,
      elapsedS,
      autonomy: autonomy(this.#interventions, elapsedS),
      problem: this.#problem,
    };
  }

  /** The first picture after frame number `after`, as JPEG. */
  async pictureAfter(after: number): Promise<Uint8Array> {
    this.#lastAskedMs = performance.now();
    while (this.#frame <= after && !this.#isClosed)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this.#jpeg;
  }

  /** Goes on in the world of another seed. */
  restart(seed: number): void {
    this.#nextSeed = seed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    await this.#closeNetwork();
  }

  async #run(): Promise<void> {
    const frameMs = 1000 / this.#options.rateHz;
    while (!this.#isClosed) {
      const startMs = performance.now();
      if (startMs - this.#lastAskedMs > idleMs && this.#frame > 0) {
        await sleep(idlePollMs);
        continue;
      }
      await this.#tick(frameMs / 1000).catch((error: unknown) => {
        this.#problem = error instanceof Error ? error.message : String(error);
      });
      for (const wake of this.#wake.splice(0)) wake();
      await sleep(Math.max(1, frameMs - (performance.now() - startMs)));
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #tick(dtS: number): Promise<void> {
    if (this.#nextSeed !== undefined || this.#drive.leftM <= 0)
      await this.#begin(this.#nextSeed ?? this.#seed + 1);
    const drive = this.#drive;
    const { car } = drive;
    const { image, boxes } = drive.render();
    const angleRad = await this.#answer(dtS);
    if (angleRad !== undefined) car.steer(angleRad, car.timeS + sensorLatencyS);
    if (this.showsTruth) {
      drawBoxes(image, boxes);
      drawTruth(image, drive, angleRad);
    }
    this.#jpeg = await encodeJpeg(image, jpegQuality);
    this.#frame++;
    car.advance(dtS, this.#acceleration(angleRad, dtS));
    if (!drive.isOverBorder) return;
    this.#interventions++;
    drive.recentre();
    this.#wheel = new KeyboardWheel();
  }

  async #answer(dtS: number): Promise<number | undefined> {
    const drive = this.#drive;
    const { car } = drive;
    if (this.driver === 'keyboard') return this.#wheel.advance(this.keys, dtS);
    const controller = this.driver === 'reference' ? referenceController : await this.#theNetwork();
    return controller?.steer({
      timeS: car.timeS,
      picture: () => drive.render().image,
      road: drive.road,
      place: car.place,
      laneDM: drive.laneDM,
      speedMps: car.state.speedMps,
    });
  }

  #acceleration(angleRad: number | undefined, dtS: number): number {
    const { speedMps } = this.#drive.car.state;
    if (this.driver === 'keyboard') return accelerationOf(this.keys);
    return angleRad === undefined ? -4 : (this.#cruiseMps - speedMps) / dtS;
  }

  /** Opened when it is first asked to drive. */
  #theNetwork(): Promise<Controller | undefined> {
    this.#network ??= this.#options.openNetwork(this.#drive).catch((error: unknown) => {
      this.#problem = error instanceof Error ? error.message : String(error);
      return undefined;
    });
    return this.#network;
  }

  async #closeNetwork(): Promise<void> {
    const network = await this.#network;
    this.#network = undefined;
    await network?.close();
  }

  async #begin(seed: number): Promise<void> {
    await this.#closeNetwork();
    this.#nextSeed = undefined;
    this.#seed = seed;
    this.#drive = await this.#options.openDrive(seed);
    this.#wheel = new KeyboardWheel();
    this.#interventions = 0;
    this.#problem = '';
  }
}
