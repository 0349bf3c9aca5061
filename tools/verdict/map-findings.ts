import type { Finding } from './finding.js';
import type { FramePair, MapDifference } from './pair-results.js';
import type { Limits } from './rules.js';
import { clockTime, spokenClass, spokenPercent } from './words.js';

/** Differences between the class maps of two runs, as means over the drive. */
export function mapFindings(pairs: readonly FramePair[], limits: Limits): Finding[] {
  const mapped = pairs.filter(
    (pair): pair is FramePair & { map: MapDifference } => pair.map !== undefined,
  );
  const first = mapped[0]?.map;
  if (first === undefined) return [];
  const mean = (of: (map: MapDifference) => number) =>
    mapped.reduce((sum, { map }) => sum + of(map), 0) / mapped.length;
  const findings: Finding[] = first.classNames.flatMap((className, id): Finding[] => {
    const before = mean(({ shares }) => shares.reference[id] ?? 0);
    const now = mean(({ shares }) => shares.candidate[id] ?? 0);
    if (Math.abs(now - before) <= limits.classShare) return [];
    const words = `${spokenClass(className)} covers ${spokenPercent(now)} of the class map on average, ${spokenPercent(before)} before`;
    return [{ kind: 'class-share', className, words }];
  });
  if (!first.isSameSize)
    findings.push({ kind: 'class-map', words: 'class maps have another size than before' });
  const differing = (map: MapDifference) => map.differing / Math.max(1, map.pixels);
  const share = mean(differing);
  if (share > limits.mapPixels) {
    const most = mapped.reduce((a, b) => (differing(b.map) > differing(a.map) ? b : a));
    findings.push({
      kind: 'class-map',
      timeS: most.timeS,
      frameId: most.frameId,
      epoch: most.epoch,
      words: `class maps differ in ${spokenPercent(share)} of their pixels on average, most at ${clockTime(most.timeS)} (${spokenPercent(differing(most.map))})`,
    });
  }
  const free = {
    before: mean(({ freeSpace }) => freeSpace.reference),
    now: mean(({ freeSpace }) => freeSpace.candidate),
  };
  if (Math.abs(free.now - free.before) > limits.freeSpace)
    findings.push({
      kind: 'free-space',
      words: `free space reaches ${spokenPercent(free.now)} of the map's height on average, ${spokenPercent(free.before)} before`,
    });
  return findings;
}
