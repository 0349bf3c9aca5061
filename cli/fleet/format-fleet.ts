import type { FleetSummary } from '../../tools/fleet/fleet-account.js';
import type { FleetProgress } from '../../tools/fleet/fleet-progress.js';
import { durationText, type WorkDone } from '../progress-line.js';

/** Number of failures that are printed; the JSON has all. */
const shownFailures = 20;

/** Units, failures, remaining time, and the units in progress. */
export function fleetWork({
  units,
  done,
  failed,
  remainingS,
  working,
  frames,
}: FleetProgress): WorkDone {
  const failures = failed > 0 ? [`${failed} failed`] : [];
  const details = [...failures, `${frames} frames`, working.join(', ')];
  return { done: done + failed, total: units, unit: 'units', remainingS, details };
}

/** Formats the summary for people: accounts for every unit, and names each that failed. */
export function formatFleet(summary: FleetSummary, place: string): string {
  const { run, shard, units, done, alreadyDone, failed, left, frames, seconds, failures } = summary;
  const before = alreadyDone === 0 ? '' : ` (${alreadyDone} before)`;
  const parts = [
    `${done} done${before}`,
    `${failed} failed`,
    ...(left > 0 ? [`${left} left`] : []),
  ];
  const lines = [
    `units    ${units}: ${parts.join(', ')}`,
    `run      ${run}${shard === null ? '' : `, shard ${shard.index} of ${shard.count}`}`,
    `replayed ${frames} frames in ${durationText(seconds)}`,
    `results  ${place}`,
    ...failures
      .slice(0, shownFailures)
      .map(
        ({ name, kind, reason, tries }) =>
          `failed   ${name}: ${kind}${tries > 1 ? `, ${tries} tries` : ''}: ${reason}`,
      ),
  ];
  if (failures.length > shownFailures) lines.push(`and ${failures.length - shownFailures} more`);
  return lines.join('\n');
}
