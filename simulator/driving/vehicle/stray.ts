import type { Random } from '../../world/random.js';

/** How far a car has strayed from its lane's centre: metres to the left, heading and tilt, radians. */
export interface Stray {
  offsetM: number;
  yawRad: number;
  /** Nose down and right side down, as after a bump. */
  pitchRad: number;
  rollRad: number;
}

/**
 * Draws a place for a steering picture: half of them about where a good driver is, half where one must recover, up to
 * a wheel over the lane's border and 14 degrees askew. Without these a network that drives never learns to correct
 * its own errors (Bojarski et al. 2016, section 4; Ross et al. 2011).
 */
export function drawStray(random: Random): Stray {
  const isFar = random.chance(0.5);
  return {
    offsetM: random.normal() * (isFar ? 0.5 : 0.18),
    yawRad: random.normal() * (isFar ? 0.07 : 0.025),
    pitchRad: random.normal() * 0.006,
    rollRad: random.normal() * 0.008,
  };
}
