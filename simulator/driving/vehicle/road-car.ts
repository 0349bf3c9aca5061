import type { Road } from '../../world/road.js';
import type { Disturbances, Push } from './disturbances.js';
import { egoCar } from './ego-car.js';
import { advanceBicycle, type BicycleState, pathCurvature } from './kinematic-bicycle.js';
import { locate } from './locate.js';
import type { RoadPlace } from './pure-pursuit.js';
import { SteeringActuator } from './steering-actuator.js';

/** Step of the physics, seconds, independent of the frame rate. */
const stepS = 0.005;
const stillPush: Push = { curvaturePerM: 0, pitchRad: 0, rollRad: 0 };

/** The ego car on its road: bicycle, actuator and disturbances, advanced in small steps. */
export class RoadCar {
  readonly #road: Road;
  readonly #disturbances: Disturbances | undefined;
  #actuator: SteeringActuator;
  #state: BicycleState;
  #place: RoadPlace;
  #push = stillPush;
  #timeS = 0;

  constructor(road: Road, place: RoadPlace, speedMps: number, disturbances?: Disturbances) {
    this.#road = road;
    this.#disturbances = disturbances;
    this.#actuator = new SteeringActuator();
    this.#state = { xM: 0, yM: 0, yawRad: 0, speedMps, steeringRad: 0 };
    this.#place = place;
    this.putAt(place);
  }

  get timeS(): number {
    return this.#timeS;
  }

  get state(): Readonly<BicycleState> {
    return this.#state;
  }

  /** Road coordinates; the heading is relative to the road's, -pi..pi. */
  get place(): Readonly<RoadPlace> {
    return this.#place;
  }

  /** Disturbances of the last step. */
  get push(): Readonly<Push> {
    return this.#push;
  }

  /** Curvature of the path of the rear axle's middle, 1/metres, positive to the left. */
  get curvaturePerM(): number {
    const { steeringRad, speedMps } = this.#state;
    return pathCurvature(steeringRad, speedMps) + this.#push.curvaturePerM;
  }

  /** Puts the car on a place of the road, its wheels turned as the road bends there; pending commands are dropped. */
  putAt({ sM, dM, yawRad }: RoadPlace): void {
    const [xM, yM] = this.#road.toWorld(sM, dM);
    const { headingRad, curvaturePerM } = this.#road.at(sM);
    const steeringRad = Math.atan((egoCar.wheelbaseM * curvaturePerM) / (1 - curvaturePerM * dM));
    this.#actuator = new SteeringActuator(steeringRad, this.#timeS);
    const { speedMps } = this.#state;
    this.#state = { xM, yM, yawRad: headingRad + yawRad, speedMps, steeringRad };
    this.#place = { sM, dM, yawRad };
  }

  /** A command that reaches the actuator at a time not before now and not before the last command's. */
  steer(angleRad: number, atS = this.#timeS): void {
    this.#actuator.command(angleRad, atS);
  }

  /** Advances by `seconds` with an acceleration, within the limits of brakes and engine. */
  advance(seconds: number, accelerationMps2 = 0): void {
    const limitedMps2 = Math.min(
      egoCar.acceleratingMps2,
      Math.max(-egoCar.brakingMps2, accelerationMps2),
    );
    const steps = Math.max(1, Math.round(seconds / stepS));
    const dtS = seconds / steps;
    for (let step = 0; step < steps; step++) this.#step(limitedMps2, dtS);
  }

  /** Offsets of the four wheels' outer edges from the road's centre line, metres to the left. */
  wheelOffsetsM(): [number, number, number, number] {
    const { xM, yM, yawRad } = this.#state;
    const offset = (forwardM: number, leftM: number): number => {
      const x = xM + Math.cos(yawRad) * forwardM - Math.sin(yawRad) * leftM;
      const y = yM + Math.sin(yawRad) * forwardM + Math.cos(yawRad) * leftM;
      return locate(this.#road, x, y, this.#place.sM + forwardM).dM;
    };
    const { wheelbaseM, widthM } = egoCar;
    const half = widthM / 2;
    return [offset(0, half), offset(0, -half), offset(wheelbaseM, half), offset(wheelbaseM, -half)];
  }

  #step(accelerationMps2: number, dtS: number): void {
    this.#timeS += dtS;
    this.#actuator.advance(this.#timeS);
    const { sM } = this.#place;
    const { speedMps } = this.#state;
    this.#push = this.#disturbances?.at(this.#timeS, sM, speedMps) ?? stillPush;
    const steered = { ...this.#state, steeringRad: this.#actuator.angleRad };
    this.#state = advanceBicycle(steered, accelerationMps2, dtS, this.#push.curvaturePerM);
    const { xM, yM, yawRad } = this.#state;
    const at = locate(this.#road, xM, yM, sM);
    const offRad = yawRad - this.#road.at(at.sM).headingRad;
    this.#place = { ...at, yawRad: Math.atan2(Math.sin(offRad), Math.cos(offRad)) };
  }
}
