import type { FleetSummary } from '../../tools/fleet/fleet-account.js';
import type { FleetProgress } from '../../tools/fleet/run-fleet.js';

const barWidth = 24;
/** So many failures are told; the JSON has all. */
const shownFailures = 20;

/** One line: bar, units, failures, time left, what is at work. */
export function fleetLine({
  units,
  done,
  failed,
  remainingS,
  working,
  frames,
}: FleetProgress): string {
  const share = units === 0 ? 1 : (done + failed) / units;
  const filled = Math.round(share * barWidth);
  return [
    `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done + failed} of ${units}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${frames} frames`,
    ...(remainingS === undefined ? [] : [`${durationText(remainingS)} left`]),
    working.join(', '),
  ].join('  ');
}

/** The summary for a person: every unit accounted for, and each that failed by name. */
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

/** `42 s`, `12:05` or `3:02:09`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
