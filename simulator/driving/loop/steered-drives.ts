import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { rectifiedRigCamera } from '../../rendering/camera.js';
import type { RenderedScene } from '../../rendering/scene.js';
import { Random } from '../../world/random.js';
import { egoSpeedMps } from '../vehicle/ego-car.js';
import { drawStray } from '../vehicle/stray.js';
import { PipelineDriver } from './pipeline-driver.js';
import { roadNeededM, sensorLatencyS } from './run-loop.js';
import { SimulatedDrive } from './simulated-drive.js';

/** Each drive is short, so that a set shows many roads. */
const usualDriveS = 30;
/** Half the rig's rate, because consecutive pictures resemble each other and growing errors show more. */
const rateHz = 10;
/** Every second picture is kept. */
const keepEvery = 2;
/** Share of drives in ordinary weather; the others have the weather of data sets. */
const plainShare = 0.5;

export interface SteeredDrives {
  config: PipelineConfig;
  widthPx: number;
  heightPx: number;
  /** Length of each drive, seconds; 30 by default. */
  driveS?: number;
  note?: (text: string) => void;
}

/**
 * Pictures from the places where a pipeline's own answers take the car, each with what the reference would steer
 * there: data set aggregation (Ross et al. 2011, DAgger). A network's own path shows it other pictures than the
 * reference's path, and it must learn from the places where it errs. The camera has no lens distortion, as in the
 * pictures that preprocessing passes to a network.
 */
export class SteeredDriver {
  readonly #driver: PipelineDriver;
  readonly #options: SteeredDrives;
  /** The pipeline's time only advances, also from one drive to the next. */
  #startS = 0;

  private constructor(driver: PipelineDriver, options: SteeredDrives) {
    this.#driver = driver;
    this.#options = options;
  }

  /** Rejects as `PipelineDriver.open` does. */
  static async open(options: SteeredDrives): Promise<SteeredDriver> {
    const { config, widthPx, heightPx, note } = options;
    const camera = rectifiedRigCamera(widthPx, heightPx).model;
    const driver = await PipelineDriver.open({
      config,
      camera,
      rateHz,
      timeoutMs: 60_000,
      ...(note && { note }),
    });
    return new SteeredDriver(driver, options);
  }

  /**
   * Drives the road of a seed. The car starts off its path, and is put off it again whenever a wheel crosses its
   * lane's border. `keep` gets each kept picture with its truth, valid until it resolves; the drive ends when it
   * resolves with false. Rejects with ERR_OUTPUT if the pipeline stops answering.
   */
  async drive(seed: number, keep: (scene: RenderedScene) => Promise<boolean>): Promise<void> {
    const { widthPx, heightPx, driveS = usualDriveS } = this.#options;
    const random = new Random(seed, 90);
    const drive = await SimulatedDrive.open({
      seed,
      lengthM: roadNeededM(driveS, egoSpeedMps),
      widthPx,
      heightPx,
      speedMps: egoSpeedMps,
      disturbance: random.range(0, 2),
      weather: random.chance(plainShare) ? 'plain' : 'any',
      camera: rectifiedRigCamera(widthPx, heightPx),
    });
    const { car } = drive;
    putAstray(drive, random);
    for (let frame = 0; frame < driveS * rateHz; frame++) {
      const scene = drive.render();
      const angleRad = await this.#driver.steer({
        timeS: this.#startS + car.timeS,
        picture: () => scene.image,
        road: drive.road,
        place: car.place,
        laneDM: drive.laneDM,
        speedMps: car.state.speedMps,
      });
      if (frame % keepEvery === 0 && !(await keep(scene))) break;
      if (angleRad === undefined) {
        const why = this.#driver.problem ?? 'there was none';
        throw new PerceptionError(
          'ERR_OUTPUT',
          `drive ${seed}: expected an answer, found none: ${why}`,
        );
      }
      car.steer(angleRad, car.timeS + sensorLatencyS);
      car.advance(1 / rateHz);
      if (drive.isOverBorder) putAstray(drive, random);
    }
    this.#startS += driveS + 1;
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}

function putAstray({ car, laneDM }: SimulatedDrive, random: Random): void {
  const { offsetM, yawRad } = drawStray(random);
  // Within the lane's border, with a margin of a wheel's width on most roads.
  const dM = laneDM + Math.max(-0.45, Math.min(0.45, offsetM));
  car.putAt({ sM: car.place.sM, dM, yawRad });
}
