import type { PerceptionFrame } from '../../messages/gen/windshield/v1/perception_pb.js';

/** Half of the bar, in characters, and the angle that fills it. */
const barHalf = 6;
const barFullRad = 0.4;

/** `steer   +2.1° [······┃━·····]`. */
export function summariseSteering({ steering }: PerceptionFrame): string {
  if (steering === undefined) return `steer      –  [${steeringBar(0)}]`;
  const degrees = (steering.angleRad * 180) / Math.PI;
  return `steer ${signed(degrees).padStart(6)}° [${steeringBar(steering.angleRad)}]`;
}

const signed = (degrees: number) => `${degrees < 0 ? '−' : '+'}${Math.abs(degrees).toFixed(1)}`;

/** `·····━━┃······`: to the left when the wheels are. */
export function steeringBar(angleRad: number): string {
  const filled = Math.min(barHalf, Math.round((Math.abs(angleRad) / barFullRad) * barHalf));
  const bar = '━'.repeat(filled);
  const [left, right] = angleRad > 0 ? [bar, ''] : ['', bar];
  return `${left.padStart(barHalf, '·')}┃${right.padEnd(barHalf, '·')}`;
}
