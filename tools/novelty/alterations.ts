import { PerceptionError } from '../../src/frame/perception-error.js';
import { didYouMean } from '../../src/text/nearest-word.js';
import type { Corruption } from '../corruptions/corruption.js';
import { at, mapped } from '../corruptions/corruption.js';
import { dirt, misfocus, rain } from '../corruptions/lens.js';
import { fog, glare, night } from '../corruptions/light.js';

/** A drawn tunnel: dark walls and ceiling from the horizon outwards, rows of lamps, a road lit by them. */
export const tunnel: Corruption = (picture, strength) => {
  const { widthPx, heightPx } = picture;
  const light = at([0.55, 0.45, 0.35, 0.26, 0.18], strength);
  const tint = [1.1, 0.95, 0.7] as const;
  return mapped(picture, (level, i) => {
    const pixel = Math.floor(i / 3);
    // From the vanishing point in the middle of the picture, -1 to 1 along each axis.
    const x = ((pixel % widthPx) + 0.5) / (widthPx / 2) - 1;
    const y = (Math.floor(pixel / widthPx) + 0.5) / (heightPx / 2) - 1;
    const gain = light * tint[i % 3]!;
    const isRoad = y > 0 && Math.abs(x) < 0.15 + 1.3 * y;
    if (isRoad) return level * gain;
    // Distance from the end of the tunnel; the lamps are evenly spaced in depth.
    const reach = Math.max(Math.abs(x) / 1.15, Math.abs(y));
    const isLamp = y < 0 && Math.abs(Math.abs(x) + 0.55 * y) < 0.05 && (1 / reach) % 1 < 0.5;
    if (isLamp) return 235 * (0.6 + 0.4 * tint[i % 3]!);
    return (70 + 40 * reach) * gain;
  });
};

/** Something dark and blurred in front of the lens: a hand, a leaf, remaining snow. Strength 5 covers everything. */
export const coveredLens: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const share = at([0.3, 0.45, 0.6, 0.8, 1], strength);
  const angle = random.between(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const cover = [42, 34, 30] as const;
  return mapped(picture, (level, i) => {
    const pixel = Math.floor(i / 3);
    const x = (pixel % widthPx) / widthPx - 0.5;
    const y = Math.floor(pixel / widthPx) / heightPx - 0.5;
    // A gradual edge across the picture, a tenth of it wide.
    const along = (x * dx + y * dy) / (Math.abs(dx) + Math.abs(dy)) + 0.5;
    const covered = Math.min(1, Math.max(0, (share * 1.1 - along) * 10));
    return level * (1 - covered) + cover[i % 3]! * covered;
  });
};

/** Scenes that a rig may meet and its ordinary drives do not show. */
export const alterations = {
  night,
  fog,
  tunnel,
  'covered-lens': coveredLens,
  glare,
  rain,
  dirt,
  misfocus,
} as const satisfies Record<string, Corruption>;
export type AlterationName = keyof typeof alterations;
export const alterationNames = Object.keys(alterations) as AlterationName[];

/** Checks names from outside. Throws ERR_USAGE and lists the valid names. */
export function requireAlterations(names: readonly string[]): AlterationName[] {
  const stranger = names.find((name) => !Object.hasOwn(alterations, name));
  if (stranger === undefined) return names as AlterationName[];
  throw new PerceptionError(
    'ERR_USAGE',
    `expected one of ${alterationNames.join(', ')}, found "${stranger}"${didYouMean(stranger, alterationNames)}`,
  );
}
