import { type Candidate, type ChosenFrame, type MiningReason, miningReasons } from './mining.js';

export interface Choice {
  /** Maximum number of frames. */
  count: number;
  /** Maximum number from one drive. */
  perDrive: number;
  /** Minimum distance between frames of one drive, seconds. */
  apartS: number;
}

/**
 * Chooses frames. The reasons take turns: each contributes its best remaining frame, within the limit per drive and
 * away from chosen ones. A rare label takes turns with the other labels, so that the rarest does not fill the list. A
 * frame with several reasons is taken once. Returned in the order in which they were chosen.
 */
export function chooseFrames(
  candidates: readonly Candidate[],
  { count, perDrive, apartS }: Choice,
): ChosenFrame[] {
  const queues = miningReasons
    .map((reason) => queueOf(candidates, reason))
    .filter((queue) => queue.length > 0);
  const chosen: ChosenFrame[] = [];
  const byDrive = new Map<string, ChosenFrame[]>();
  const next = queues.map(() => 0);
  const takeFrom = (place: number): boolean => {
    const queue = queues[place]!;
    while (next[place]! < queue.length) {
      const candidate = queue[next[place]!++]!;
      const { drive, stampNs, timeS } = candidate;
      const there = byDrive.get(drive) ?? [];
      const same = there.find((other) => other.stampNs === stampNs);
      if (same !== undefined) addReason(same, candidate);
      else if (
        there.length < perDrive &&
        there.every((other) => Math.abs(other.timeS - timeS) >= apartS)
      ) {
        const { unit } = candidate;
        const frame: ChosenFrame = { unit, drive, stampNs, timeS, reasons: {}, labels: [] };
        addReason(frame, candidate);
        byDrive.set(drive, [...there, frame]);
        chosen.push(frame);
        return true;
      }
    }
    return false;
  };
  for (let isAny = true; isAny && chosen.length < count; ) {
    isAny = false;
    for (let place = 0; place < queues.length && chosen.length < count; place++)
      isAny = takeFrom(place) || isAny;
  }
  return chosen;
}

function addReason({ reasons, labels }: ChosenFrame, { reason, score, label }: Candidate): void {
  reasons[reason] = Math.max(reasons[reason] ?? 0, score);
  if (label !== undefined && !labels.includes(label)) labels.push(label);
}

/** Candidates of a reason, best first; for rare labels the best frame of each label comes before the second of any. */
function queueOf(candidates: readonly Candidate[], reason: MiningReason): Candidate[] {
  const own = candidates.filter((one) => one.reason === reason);
  own.sort(
    (a, b) =>
      b.score - a.score ||
      (a.label ?? '').localeCompare(b.label ?? '', 'en') ||
      (a.drive < b.drive ? -1 : a.drive > b.drive ? 1 : Number(a.stampNs - b.stampNs)),
  );
  if (reason !== 'rare') return own;
  const taken = new Map<string, number>();
  const turns = own.map((candidate) => {
    const turn = taken.get(candidate.label ?? '') ?? 0;
    taken.set(candidate.label ?? '', turn + 1);
    return { candidate, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ candidate }) => candidate);
}
