import { withoutCredentials } from '../capture/credentials.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** A pipeline file as it may be printed or recorded: names and passwords in the addresses of its cameras are masked. */
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
