import type { Detection, Sign } from '../messages/gen/windshield/v1/perception_pb.js';
import { detectionColours } from '../perception/classes.js';

/** Names of classes, signs and codes as a person says them. */
export const spoken = (name: string): string => name.replaceAll('_', ' ');

/** `car 87 %`, or what its sign says where that was read; then how far ahead it stands, where a mount tells that. */
export function boxLabel({ className, score, groundM }: Detection, sign: Sign | undefined): string {
  const isRead = sign !== undefined && sign.classId >= 0;
  const name = spoken(isRead ? sign.className : className);
  const percent = Math.round((isRead ? sign.probability : score) * 100);
  const distance = groundM === undefined ? '' : ` ${Math.round(groundM.forward)} m`;
  return `${name} ${percent} %${distance}`;
}

/** `#rrggbb`; white for a class that is not known. */
export const boxColour = (className: string): string =>
  Object.hasOwn(detectionColours, className) ? detectionColours[className]! : '#ffffff';
