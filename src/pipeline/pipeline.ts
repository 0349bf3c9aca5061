import { openPipeline } from './open-pipeline.js';
import type { PipelineOptions, RunResult } from './pipeline-options.js';

/**
 * Runs a pipeline from the first frame of its source to the last. Rejects, before the first frame, with what
 * is wrong with source, calibration, bundles, providers or endpoint; nothing stays open or half-written then.
 */
export async function runPipeline(options: PipelineOptions): Promise<RunResult> {
  const pipeline = await openPipeline(options);
  return pipeline.run(options.signal);
}
