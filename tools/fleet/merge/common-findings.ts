import type { CommonFinding, DriveVerdict } from './fleet-verdict.js';

/** A sentence that applies to this many drives is reported once. */
const leastCommon = 3;

/**
 * Sentences that several drives share, most drives first. They also stay in the units' own lists. A drive counts once for a
 * sentence, in however many of its pieces, and however often in each, it is found.
 */
export function commonFindings(units: readonly DriveVerdict[]): CommonFinding[] {
  const found = new Map<string, { one: Omit<CommonFinding, 'drives'>; drives: Set<string> }>();
  for (const { drive, findings } of units)
    for (const { kind, words, isAllowed } of findings) {
      const key = `${kind} ${words}`;
      const { one, drives } = found.get(key) ?? {
        one: { kind, words, isAllowed: true },
        drives: new Set<string>(),
      };
      drives.add(drive);
      one.isAllowed &&= isAllowed;
      found.set(key, { one, drives });
    }
  return [...found.values()]
    .map(({ one, drives }) => ({ ...one, drives: drives.size }))
    .filter(({ drives }) => drives >= leastCommon)
    .sort((a, b) => b.drives - a.drives);
}
