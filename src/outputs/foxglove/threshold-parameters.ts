import type { Manifest, Task } from '../../bundle/manifest.js';
import type { FoxgloveParameter } from './foxglove-protocol.js';

const thresholdKeys = ['scoreThreshold', 'nmsIou', 'abstainBelow'] as const;

/** The thresholds that the run decodes with, such as `detection.scoreThreshold`. */
export function thresholdParameters(
  manifests: ReadonlyMap<Task, Manifest>,
): readonly FoxgloveParameter[] {
  return [...manifests].flatMap(([task, { decode }]) => {
    const values: Partial<Record<string, unknown>> = { ...decode };
    return thresholdKeys.flatMap((key) => {
      const value = values[key];
      return typeof value === 'number'
        ? [{ name: `${task}.${key}`, value, type: 'float64' as const }]
        : [];
    });
  });
}
