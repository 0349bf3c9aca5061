import type { PerceptionFrame } from '../src/messages/gen/windshield/v1/perception_pb.js';
import type { Progress } from '../src/pipeline/pipeline-options.js';

/** Half of the bar, in characters, and the angle that fills it. */
const barHalf = 6;
const barFullRad = 0.4;

/** One line of what the pipeline sees now; what varies in length stands last, where a narrow window cuts it. */
export function formatLiveLine(frame: PerceptionFrame, progress: Progress): string {
  return [
    `frame ${String(frame.frameId).padStart(5)}`,
    `${progress.publishedRateHz.toFixed(1).padStart(5)} fps`,
    steeringText(frame),
    `drops ${progress.framesDropped}`,
    ...(frame.mode === '' ? [] : [`mode ${frame.mode}`]),
    ...frame.health,
    detectionText(frame),
    signText(frame),
  ].join('  ');
}

function steeringText({ steering }: PerceptionFrame): string {
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

/** `det 5 (3 car, 2 traffic_sign)`, the most frequent first. */
function detectionText({ detections }: PerceptionFrame): string {
  const counts = new Map<string, number>();
  for (const { className } of detections) counts.set(className, (counts.get(className) ?? 0) + 1);
  const named = [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`);
  return named.length === 0 ? 'det 0' : `det ${detections.length} (${named.join(', ')})`;
}

/** The signs that were read, the surest first; one that abstained is a `?`. */
function signText({ signs }: PerceptionFrame): string {
  if (signs.length === 0) return 'signs –';
  const named = signs
    .toSorted((a, b) => b.probability - a.probability)
    .map(({ classId, className, probability }) =>
      classId < 0 ? '?' : `${className} ${probability.toFixed(2)}`,
    );
  return `signs ${named.join(', ')}`;
}
