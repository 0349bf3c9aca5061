import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { encodeJpeg } from '../../../src/codec/image-codec.js';
import {
  GroundTruthSchema,
  PerceptionFrameSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { joinParts } from '../../../src/outputs/page/message-parts.js';
import { NewestMessage } from '../../../src/outputs/page/newest-message.js';
import {
  type Driver,
  type HeldKeys,
  noKeys,
  type RoadState,
} from '../../../src/outputs/page/road-protocol.js';
import type { RgbImage } from '../../../tools/datasets/sample.js';
import { groundTruthOf } from '../../rendering/ground-truth.js';
import { autonomy, interventionS } from '../loop/autonomy.js';
import { type Controller, referenceController } from '../loop/controller.js';
import { laneBordersPx } from '../loop/road-lines.js';
import { sensorLatencyS } from '../loop/run-loop.js';
import type { SimulatedDrive } from '../loop/simulated-drive.js';
import { pathCurvature } from '../vehicle/kinematic-bicycle.js';
import { accelerationOf, KeyboardWheel } from './keyboard-wheel.js';

export interface WatchedDriveOptions {
  seed: number;
  rateHz: number;
  openDrive(seed: number): Promise<SimulatedDrive>;
  /** `onResult` is called with each of its results, serialised. */
  openNetwork(drive: SimulatedDrive, onResult: (payload: Uint8Array) => void): Promise<Controller>;
}

const jpegQuality = 80;
/** Time stops after this long without a viewer, milliseconds. */
const idleMs = 3000;
const idlePollMs = 100;

/** A drive that runs in real time, as far as the machine keeps up, while somebody watches. */
export class WatchedDrive {
  driver: Driver = 'keyboard';
  keys: HeldKeys = noKeys;
  readonly #options: WatchedDriveOptions;
  #drive: SimulatedDrive;
  #seed: number;
  #wheel = new KeyboardWheel();
  #network: Promise<Controller | undefined> | undefined;
  #interventions = 0;
  #cruiseMps: number;
  #problem = '';
  readonly #frames = new NewestMessage();
  /** The network's result for the frame that it was given. */
  #result: Uint8Array | undefined;
  #lastAskedMs = 0;
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

  /** The first frame after number `seen`: its RoadState, PerceptionFrame, GroundTruth and JPEG, as joined parts. */
  after(seen: number): Promise<Uint8Array> {
    this.#lastAskedMs = performance.now();
    return this.#frames.after(seen);
  }

  /** Continues in the world of another seed. */
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
      const isIdle = !this.#frames.isAwaited && startMs - this.#lastAskedMs > idleMs;
      if (isIdle && this.#frames.number > 0) {
        await sleep(idlePollMs);
        continue;
      }
      await this.#tick(frameMs / 1000).catch((error: unknown) => {
        this.#problem = error instanceof Error ? error.message : String(error);
      });
      await sleep(Math.max(1, frameMs - (performance.now() - startMs)));
    }
    this.#frames.close();
  }

  async #tick(dtS: number): Promise<void> {
    if (this.#nextSeed !== undefined || this.#drive.leftM <= 0)
      await this.#begin(this.#nextSeed ?? this.#seed + 1);
    const drive = this.#drive;
    const { car } = drive;
    const scene = drive.render();
    const stampNs = BigInt(Math.round(car.timeS * 1e9));
    const truth = groundTruthOf(scene, this.#frames.number, stampNs);
    const lines = laneBordersPx(drive);
    this.#result = undefined;
    const angleRad = await this.#answer(dtS, scene.image);
    if (angleRad !== undefined) car.steer(angleRad, car.timeS + sensorLatencyS);
    const jpeg = await encodeJpeg(scene.image, jpegQuality);
    this.#frames.put(
      joinParts([
        new TextEncoder().encode(JSON.stringify(this.#state(lines))),
        this.#result ?? this.#driven(angleRad, stampNs),
        toBinary(GroundTruthSchema, truth),
        jpeg,
      ]),
    );
    car.advance(dtS, this.#acceleration(angleRad, dtS));
    if (!drive.isOverBorder) return;
    this.#interventions++;
    drive.recentre();
    this.#wheel = new KeyboardWheel();
  }

  #state(lines: RoadState['laneBordersPx']): RoadState {
    const { car, camera, offsetM, laneWidthM } = this.#drive;
    const { speedMps, steeringRad } = car.state;
    const elapsedS = car.timeS + this.#interventions * interventionS;
    return {
      frame: this.#frames.number + 1,
      seed: this.#seed,
      driver: this.driver,
      speedMps,
      steeringRad,
      offsetM,
      laneWidthM,
      interventions: this.#interventions,
      elapsedS,
      autonomy: autonomy(this.#interventions, elapsedS),
      problem: this.#problem,
      camera: camera.model,
      mount: camera.mount,
      laneBordersPx: lines,
    };
  }

  /** The answer of a driver that is not a network, as a result, so that it is drawn like one. */
  #driven(angleRad: number | undefined, stampNs: bigint): Uint8Array {
    const { camera, car } = this.#drive;
    const { widthPx, heightPx } = camera.model;
    const steering =
      angleRad === undefined
        ? {}
        : {
            steering: {
              angleRad,
              rawAngleRad: angleRad,
              curvaturePerM: pathCurvature(angleRad, car.state.speedMps),
            },
          };
    return toBinary(
      PerceptionFrameSchema,
      create(PerceptionFrameSchema, {
        frameId: BigInt(this.#frames.number + 1),
        sourceTimeNs: stampNs,
        widthPx,
        heightPx,
        ...steering,
      }),
    );
  }

  async #answer(dtS: number, image: RgbImage): Promise<number | undefined> {
    const drive = this.#drive;
    const { car } = drive;
    if (this.driver === 'keyboard') return this.#wheel.advance(this.keys, dtS);
    const controller = this.driver === 'reference' ? referenceController : await this.#theNetwork();
    return controller?.steer({
      timeS: car.timeS,
      picture: () => image,
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

  /** Opened when it first has to drive. */
  #theNetwork(): Promise<Controller | undefined> {
    const onResult = (payload: Uint8Array) => {
      this.#result = payload;
    };
    this.#network ??= this.#options.openNetwork(this.#drive, onResult).catch((error: unknown) => {
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
