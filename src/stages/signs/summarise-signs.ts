import type { PerceptionFrame } from '../../messages/gen/windshield/v1/perception_pb.js';

/** The signs that were read, the surest first; one that abstained is a `?`. */
export function summariseSigns({ signs }: PerceptionFrame): string {
  if (signs.length === 0) return 'signs –';
  const named = signs
    .toSorted((a, b) => b.probability - a.probability)
    .map(({ classId, className, probability }) =>
      classId < 0 ? '?' : `${className} ${probability.toFixed(2)}`,
    );
  return `signs ${named.join(', ')}`;
}
