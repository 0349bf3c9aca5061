import { egoCar } from './ego-car.js';

interface Command {
  atS: number;
  angleRad: number;
}

/** Limits of the actuator; the ego car's by default. */
export interface ActuatorLimits {
  delayS: number;
  maxRateRadPerS: number;
  maxAngleRad: number;
}

const egoLimits: ActuatorLimits = {
  delayS: egoCar.actuatorDelayS,
  maxRateRadPerS: egoCar.maxSteeringRateRadPerS,
  maxAngleRad: egoCar.maxSteeringRad,
};

/** Turns the wheels towards the command that is due, with a delay and within the limits of rate and angle. */
export class SteeringActuator {
  readonly #limits: ActuatorLimits;
  /** Commands not yet due, in order of time; the last due one is `#goalRad`. */
  #waiting: Command[] = [];
  #goalRad: number;
  #angleRad: number;
  #nowS: number;

  constructor(angleRad = 0, nowS = 0, limits: ActuatorLimits = egoLimits) {
    this.#limits = limits;
    this.#angleRad = angleRad;
    this.#goalRad = angleRad;
    this.#nowS = nowS;
  }

  /** Current angle of the wheels, radians, positive to the left. */
  get angleRad(): number {
    return this.#angleRad;
  }

  /** Gives a command at a time not before the last one's; it is clamped to the largest angle. */
  command(angleRad: number, atS: number): void {
    const { maxAngleRad, delayS } = this.#limits;
    const limited = Math.min(maxAngleRad, Math.max(-maxAngleRad, angleRad));
    this.#waiting.push({ atS: atS + delayS, angleRad: limited });
  }

  /** Advances time; every command that comes due meanwhile starts at its own time. */
  advance(toS: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.atS <= toS) {
      const due = this.#waiting.shift()!;
      this.#turn(due.atS);
      this.#goalRad = due.angleRad;
    }
    this.#turn(toS);
  }

  #turn(toS: number): void {
    const reachRad = this.#limits.maxRateRadPerS * Math.max(0, toS - this.#nowS);
    const awayRad = this.#goalRad - this.#angleRad;
    this.#angleRad += Math.min(reachRad, Math.max(-reachRad, awayRad));
    this.#nowS = Math.max(this.#nowS, toS);
  }
}
