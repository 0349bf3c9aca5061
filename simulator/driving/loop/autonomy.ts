/** Time for a person to take over, steer back and let go again, seconds (Bojarski et al. 2016, section 7.1). */
export const interventionS = 6;

/** Share of the time in which nobody had to take over, per cent: (1 - interventions * 6 s / elapsed) * 100. */
export function autonomy(interventions: number, elapsedS: number): number {
  if (elapsedS <= 0) return 0;
  return Math.max(0, (1 - (interventions * interventionS) / elapsedS) * 100);
}
