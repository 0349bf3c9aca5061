import type { SignReading } from '../../perception/results.js';

/** A reading, and whether it was made on an earlier frame of the same track. */
export interface FusedSign extends SignReading {
  isRemembered: boolean;
}
