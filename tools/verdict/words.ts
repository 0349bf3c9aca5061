/** Seconds on the drive's clock as `minutes:seconds`, to a tenth: 41.32 is `00:41.3`. */
export function clockTime(timeS: number): string {
  // Rounded first, so that 59.96 does not become 00:60.0.
  const tenths = Math.round(timeS * 10);
  const minutes = Math.floor(tenths / 600);
  const seconds = (tenths - minutes * 600) / 10;
  return `${String(minutes).padStart(2, '0')}:${seconds.toFixed(1).padStart(4, '0')}`;
}

/** A class name in spoken form. */
export const spokenClass = (name: string): string => name.replaceAll('_', ' ');

/** `stop sign`. Names that already end in their topic stay readable: `speed limit 60 sign`. */
export const spokenSign = (name: string): string => `${spokenClass(name)} sign`;

export { counted } from '../../src/text/counted.js';

/** Radians as degrees with two decimals, more if two would show 0. */
export function spokenDegrees(rad: number): string {
  const degrees = (rad * 180) / Math.PI;
  return `${Math.abs(degrees) >= 0.01 || degrees === 0 ? degrees.toFixed(2) : degrees.toPrecision(2)}°`;
}

/** A share of 1 as percent. */
export const spokenPercent = (share: number, digits = 1): string =>
  `${(share * 100).toFixed(digits)} %`;
