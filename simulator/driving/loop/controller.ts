import type { RgbImage } from '../../../tools/datasets/sample.js';
import type { Road } from '../../world/road.js';
import { lookAheadM, pursueLane, type RoadPlace } from '../vehicle/pure-pursuit.js';

/** What a controller can steer by at one frame. */
export interface DriverView {
  timeS: number;
  /** The camera's picture; drawn when it is called, so that a driver that does not look costs nothing. */
  picture(): RgbImage;
  /** Only the reference may use it. */
  road: Road;
  place: RoadPlace;
  laneDM: number;
  speedMps: number;
}

/** Something that steers the car. */
export interface Controller {
  readonly name: string;
  /** Angle at the wheels, radians, positive to the left; undefined if there is no answer: the car then brakes. */
  steer(view: DriverView): Promise<number | undefined>;
  /** Why it can no longer answer. */
  readonly problem?: string | undefined;
  close(): Promise<void>;
}

/** Knows the road and its own place: an upper bound for this car, these delays and this wind. */
export const referenceController: Controller = {
  name: 'reference',
  steer: async ({ road, place, laneDM, speedMps }) =>
    pursueLane(road, place, laneDM, lookAheadM(speedMps)).steeringRad,
  close: async () => {},
};

/** Holds the wheels still, to show that the test can be failed. */
export function constantController(angleRad: number): Controller {
  return { name: 'constant', steer: async () => angleRad, close: async () => {} };
}
