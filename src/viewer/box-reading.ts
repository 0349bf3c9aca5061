import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import { lightState } from '../messages/light-state.js';

/** What a classifier of crops said of a box. */
export interface BoxReading {
  /** A sign's class, which says all that its box is; or a box's class and its state, such as `traffic_light red`. */
  name: string;
  probability: number;
  /** `#rrggbb`: the colour of a light that shows one. */
  colour?: string;
}

/** Lights are drawn in the colour that they show. */
const lightColours: Readonly<Record<string, string>> = {
  red: '#ff4d4d',
  amber: '#ffb000',
  yellow: '#ffb000',
  green: '#2ee66b',
};

/** The colour that a light of this state shows, or undefined. */
export function lightColour(state: string): string | undefined {
  const shown = Object.keys(lightColours).find((name) => state.split(/[+_ ]/).includes(name));
  return shown === undefined ? undefined : lightColours[shown];
}

/** What was read in a frame, by the box that it was read in (its place in `detections`). What was not sure is left out. */
export function readingsByBox({
  detections,
  signs,
  lights,
}: PerceptionFrame): ReadonlyMap<number, BoxReading> {
  const readings = new Map<number, BoxReading>();
  for (const { classId, className, probability, detectionIndex } of signs)
    if (classId >= 0) readings.set(detectionIndex, { name: className, probability });
  for (const light of lights) {
    const state = lightState(light);
    if (state === undefined) continue;
    const { probability, detectionIndex } = light;
    const colour = lightColour(state);
    const of = detections[detectionIndex]?.className ?? 'light';
    readings.set(detectionIndex, {
      name: `${of} ${state}`,
      probability,
      ...(colour !== undefined && { colour }),
    });
  }
  return readings;
}
