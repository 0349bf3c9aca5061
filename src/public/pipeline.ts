/**
 * Open the pipeline from a program of your own, feed it frames and take its results.
 *
 * @packageDocumentation
 */

export {
  type ErrorCode,
  errorCodes,
  hasErrorCode,
  PerceptionError,
} from '../frame/perception-error.js';
export type {
  FramePixels,
  Output,
  OutputEnd,
  OutputMessage,
  RunFacts,
} from '../outputs/output.js';
export { type PublishCount, PublishCounts } from '../outputs/publish-count.js';
export type { FrameLoop as Pipeline } from '../pipeline/frame-loop.js';
export {
  openFrameLoop as openPipeline,
  type PipelineRequest,
} from '../pipeline/open-frame-loop.js';
export { loadPipelineFile } from '../pipeline/pipeline-file.js';
export type { PipelineConfig, PipelineInput } from '../pipeline/pipeline-schema.js';
export type { RunReport } from '../pipeline/run-report.js';
