/** A person who takes over, steers back and lets go again takes this long, seconds (Bojarski et al. 2016, section 7.1). */
export const interventionS = 6;

/** Share of the time that nobody had to steer for the car, per cent: (1 - interventions * 6 s / elapsed) * 100. */
export function autonomy(interventions: number, elapsedS: number): number {
  if (elapsedS <= 0) return 0;
  return Math.max(0, (1 - (interventions * interventionS) / elapsedS) * 100);
}
