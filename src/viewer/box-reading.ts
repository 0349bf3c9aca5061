import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import { lightState } from '../messages/light-state.js';

/** A crop classifier's answer for a box. */
export interface BoxReading {
  /** A sign's class, in place of the box's class; or a box's class and state, such as `traffic_light red`. */
  name: string;
  probability: number;
  /** `#rrggbb` of the colour that a light shows. */
  colour?: string;
}

/** Colours that lights are drawn in. */
const lightColours: Readonly<Record<string, string>> = {
  red: '#ff4d4d',
  amber: '#ffb000',
  yellow: '#ffb000',
  green: '#2ee66b',
};

/** The colour of a light in this state, or undefined. */
export function lightColour(state: string): string | undefined {
  const shown = Object.keys(lightColours).find((name) => state.split(/[+_ ]/).includes(name));
  return shown === undefined ? undefined : lightColours[shown];
}

/** A frame's readings by their box's index in `detections`. Readings that abstained are omitted. */
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
