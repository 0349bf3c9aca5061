import { withoutCredentials } from '../capture/credentials.js';
import type { PipelineConfig } from './pipeline-schema.js';

/**
 * Returns the pipeline file with user names and passwords masked in its cameras' addresses, for printing and recording.
 */
export function withMaskedSources(config: PipelineConfig): PipelineConfig {
  const { source, cameras } = config;
  const masked = Object.entries(cameras ?? {}).map(([name, camera]) => [
    name,
    { ...camera, source: withoutCredentials(camera.source) },
  ]);
  return {
    ...config,
    ...(source !== undefined && { source: withoutCredentials(source) }),
    ...(cameras && { cameras: Object.fromEntries(masked) }),
  };
}
