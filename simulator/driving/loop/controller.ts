import type { RgbImage } from '../../../tools/datasets/sample.js';
import type { Road } from '../../world/road.js';
import { lookAheadM, pursueLane, type RoadPlace } from '../vehicle/pure-pursuit.js';

/** What there is to steer by at one frame. */
export interface DriverView {
  timeS: number;
  /** What the camera sees; drawn when it is read, so that a driver without eyes costs nothing. */
  picture(): RgbImage;
  /** What only the reference may know. */
  road: Road;
  place: RoadPlace;
  laneDM: number;
  speedMps: number;
}

/** Whoever steers the car. */
export interface Controller {
  readonly name: string;
  /** Angle at the wheels, radians, positive to the left; undefined where there is no answer: the car then brakes. */
  steer(view: DriverView): Promise<number | undefined>;
  /** Why it cannot answer any more. */
  readonly problem?: string | undefined;
  close(): Promise<void>;
}

/** Knows the road and its own place: bounds what is possible with this car, these delays and this wind. */
export const referenceController: Controller = {
  name: 'reference',
  steer: async ({ road, place, laneDM, speedMps }) =>
    pursueLane(road, place, laneDM, lookAheadM(speedMps)).steeringRad,
  close: async () => {},
};

/** Holds the wheels still: shows that the test can be failed. */
export function constantController(angleRad: number): Controller {
  return { name: 'constant', steer: async () => angleRad, close: async () => {} };
}
