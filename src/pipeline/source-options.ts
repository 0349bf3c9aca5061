import type { SourceOptions } from '../capture/source-options.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** What a pipeline file says of its source beside the place. */
export function sourceOptionsOf({ topic, frameRateHz, record }: PipelineConfig): SourceOptions {
  return {
    ...(topic !== undefined && { topic }),
    ...(record?.images === true && record.pictures === 'camera' && { keepsCoded: true }),
    ...(frameRateHz !== undefined && { rateHz: frameRateHz }),
  };
}
