import { bootstrapIntervals } from '../../statistics/bootstrap.js';
import { namedScores, type ScoreName } from '../../verdict/truth/truth-scores.js';
import type { UnitRecord } from '../work/unit-record.js';

/** A score over all drives that have it. */
export interface FleetScore {
  name: ScoreName;
  /** Number of drives that have it; pieces of a drive count as one. */
  drives: number;
  /** Mean over the drives, weighted by their frames with truth. */
  mean: number;
  /** 95 % bootstrap interval of the mean over drives; null for fewer than two drives. */
  interval: [low: number, high: number] | null;
  /** The reference's mean, and the difference drive by drive; null without a reference. */
  reference: number | null;
  difference: { mean: number; interval: [low: number, high: number] | null } | null;
}

interface DriveSum {
  frames: number;
  /** Score times frames. */
  candidate: number;
  reference: number;
  hasReference: boolean;
}

/** Collects the scores of units; keeps three numbers per drive and score. */
export class FleetScores {
  readonly #sums = new Map<ScoreName, Map<string, DriveSum>>();

  add(candidate: UnitRecord, reference: UnitRecord | undefined): void {
    const { truth, drive } = candidate;
    if (truth === null) return;
    for (const name of Object.keys(namedScores) as ScoreName[]) {
      const value = truth.scores[name];
      if (value === undefined) continue;
      const ofScore = this.#sums.get(name) ?? new Map<string, DriveSum>();
      this.#sums.set(name, ofScore);
      const before = reference?.truth?.scores[name];
      const sum = ofScore.get(drive) ?? {
        frames: 0,
        candidate: 0,
        reference: 0,
        hasReference: true,
      };
      sum.frames += truth.frames;
      sum.candidate += value * truth.frames;
      sum.reference += (before ?? 0) * truth.frames;
      sum.hasReference &&= before !== undefined;
      ofScore.set(drive, sum);
    }
  }

  /** In the order of the table of scores; independent of the order in which units were added. */
  scores(): FleetScore[] {
    return (Object.keys(namedScores) as ScoreName[]).flatMap((name) => {
      const drives = this.#sums.get(name);
      return drives === undefined ? [] : [scoreOf(name, inOrderOfNames(drives))];
    });
  }
}

/** Units are read in parallel, so drives are sorted: the order of arrival must not decide which are drawn. */
const inOrderOfNames = (drives: ReadonlyMap<string, DriveSum>): DriveSum[] =>
  [...drives].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);

function scoreOf(name: ScoreName, drives: readonly DriveSum[]): FleetScore {
  const paired = drives.filter(({ hasReference }) => hasReference);
  const once = () => 1;
  const own = (drive: DriveSum) => drive.candidate;
  const change = (drive: DriveSum) => drive.candidate - drive.reference;
  return {
    name,
    drives: drives.length,
    mean: mean(drives, own, once),
    interval: intervalOf(drives, own),
    reference: paired.length === 0 ? null : mean(paired, (drive) => drive.reference, once),
    difference:
      paired.length === 0
        ? null
        : { mean: mean(paired, change, once), interval: intervalOf(paired, change) },
  };
}

function mean(
  drives: readonly DriveSum[],
  of: (drive: DriveSum) => number,
  timesOf: (place: number) => number,
): number {
  let [sum, frames] = [0, 0];
  for (const [place, drive] of drives.entries()) {
    const times = timesOf(place);
    sum += times * of(drive);
    frames += times * drive.frames;
  }
  return sum / frames;
}

function intervalOf(
  drives: readonly DriveSum[],
  of: (drive: DriveSum) => number,
): [number, number] | null {
  const intervals = bootstrapIntervals(drives.length, (times) => ({
    mean: mean(drives, of, (place) => times[place]!),
  }));
  return intervals?.['mean'] ?? null;
}
