import type { Detection } from '../messages/gen/windshield/v1/perception_pb.js';
import { detectionColours } from '../perception/classes.js';
import type { BoxReading } from './box-reading.js';

/** Names of classes, signs and codes for people. */
export const spoken = (name: string): string => name.replaceAll('_', ' ');

/** `car 87 %`, or what was read in the box; then how far ahead it is, if known. */
export function boxLabel(
  { className, score, groundM }: Detection,
  reading: BoxReading | undefined,
): string {
  const name = spoken(reading?.name ?? className);
  const percent = Math.round((reading?.probability ?? score) * 100);
  const distance = groundM === undefined ? '' : ` ${Math.round(groundM.forward)} m`;
  return `${name} ${percent} %${distance}`;
}

/** `#rrggbb` of the light that was read in it, else of its class; white for an unknown class. */
export const boxColour = (className: string, reading?: BoxReading): string =>
  reading?.colour ??
  (Object.hasOwn(detectionColours, className) ? detectionColours[className]! : '#ffffff');
