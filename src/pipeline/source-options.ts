import type { SourceOptions } from '../capture/source-options.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** Returns the options of a pipeline file's source. */
export function sourceOptionsOf(config: PipelineConfig): SourceOptions {
  const { topic, frameRateHz, record, steeringCheck } = config;
  return {
    ...(topic !== undefined && { topic }),
    ...(record?.images === true && record.pictures === 'camera' && { keepsCoded: true }),
    ...(steeringCheck !== undefined && { readsDriver: true }),
    ...(frameRateHz !== undefined && { rateHz: frameRateHz, mayKeepTimes: true }),
  };
}
