import { egoCar } from '../vehicle/ego-car.js';
import { autonomy, interventionS } from './autonomy.js';
import type { Controller } from './controller.js';
import { type DriveQuality, LapStatistics } from './lap-statistics.js';
import type { SimulatedDrive } from './simulated-drive.js';

/** Time from the light on the sensor to the picture in memory, seconds: no camera is faster. */
export const sensorLatencyS = 0.03;
/** Deceleration of a car that has no answer, m/s². */
const brakingMps2 = 4;

export interface LoopRun {
  drive: SimulatedDrive;
  controller: Controller;
  seed: number;
  /** Time to drive, including that of interventions. */
  seconds: number;
  rateHz: number;
  /** Added between a picture and the command that answers it, seconds. */
  latencyS: number;
  signal?: AbortSignal;
  /** Called after each frame that a driver saw. */
  onFrame?: (frame: LoopFrame) => void | Promise<void>;
}

export interface LoopFrame {
  elapsedS: number;
  /** Commanded angle for this frame; undefined without an answer. */
  angleRad: number | undefined;
  interventions: number;
}

export interface LoopResult extends DriveQuality {
  autonomy: number;
  interventions: number;
  elapsedS: number;
  drivenM: number;
  /** Frames without an answer; the car braked at each of them. */
  unanswered: number;
  seed: number;
  controller: string;
  latencyMs: number;
  /** Why the car stopped early; absent if it did not. */
  stopped?: string;
}

/**
 * Lets a controller drive until the time is over: each frame it gets a picture, its answer reaches the wheels after
 * the latency, and the car moves on. When a wheel crosses the lane's border there is an intervention: the car is put
 * back onto the lane's centre, and 6 s pass. Without an answer the car brakes; if that brings it to a stop, the run
 * ends.
 */
export async function runLoop(run: LoopRun): Promise<LoopResult> {
  const { drive, controller, seconds, rateHz, seed } = run;
  const { car } = drive;
  const speedMps = car.state.speedMps;
  const dtS = 1 / rateHz;
  const delayS = sensorLatencyS + run.latencyS;
  const statistics = new LapStatistics();
  const startM = car.place.sM;
  let interventions = 0;
  let unanswered = 0;
  let stopped: string | undefined;
  const elapsedS = () => car.timeS + interventions * interventionS;
  while (elapsedS() < seconds - dtS / 2 && run.signal?.aborted !== true) {
    const angleRad = await controller.steer({
      timeS: car.timeS,
      picture: () => drive.render().image,
      road: drive.road,
      place: car.place,
      laneDM: drive.laneDM,
      speedMps: car.state.speedMps,
    });
    if (angleRad === undefined) unanswered++;
    else car.steer(angleRad, car.timeS + delayS);
    await run.onFrame?.({ elapsedS: elapsedS(), angleRad, interventions });
    car.advance(dtS, angleRad === undefined ? -brakingMps2 : (speedMps - car.state.speedMps) / dtS);
    if (angleRad === undefined && car.state.speedMps === 0) {
      stopped = controller.problem ?? 'there was no answer';
      break;
    }
    const sidewaysMps2 = car.curvaturePerM * car.state.speedMps ** 2;
    statistics.add(drive.offsetM, car.place.yawRad, sidewaysMps2, dtS);
    if (drive.isOverBorder) {
      interventions++;
      drive.recentre();
      statistics.breakOff();
    }
  }
  return {
    autonomy: autonomy(interventions, elapsedS()),
    interventions,
    elapsedS: elapsedS(),
    ...statistics.quality,
    drivenM: car.place.sM - startM,
    unanswered,
    seed,
    controller: controller.name,
    latencyMs: run.latencyS * 1000,
    ...(stopped !== undefined && { stopped }),
  };
}

/** Metres of road that a run may take. */
export function roadNeededM(seconds: number, speedMps: number): number {
  // On the inner side of bends the car's metre is more than a metre of the road.
  return Math.ceil(seconds * speedMps * 1.04) + egoCar.wheelbaseM;
}
