import type { CameraModel } from '../calibration/camera-model.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { Output } from '../outputs/output.js';
import { configOfCamera } from './cameras/camera-configs.js';
import { FrameLoop } from './frame-loop.js';
import { loadPipelineFile, resolvePipeline } from './pipeline-file.js';
import type { PipelineInput } from './pipeline-schema.js';

/** A program's request for a pipeline. */
export interface PipelineRequest {
  /** Path of a pipeline file, or an object with its contents, whose paths are relative to the working folder. */
  config: string | PipelineInput;
  /**
   * A recording, a video, a folder of pictures or an address such as `camera:/dev/video0`, as in a pipeline file; or a
   * source of your own, which the pipeline closes. If left out, the source that the pipeline file names.
   */
  source?: string | FrameSource;
  /** Which camera of a pipeline file that has several; its source is used if `source` is left out. */
  cameraName?: string;
  /** Calibration of a source of your own, for `calibration: recording`. */
  camera?: CameraModel;
  /** Outputs of your own, besides those that the pipeline file names; the pipeline closes them. */
  outputs?: readonly Output[];
  /**
   * `realtime` (left out): frames come at the source's pace and the newest wins. `lockstep`: each frame comes when the
   * previous one was published and read; nothing is dropped.
   */
  pacing?: 'realtime' | 'lockstep';
  /** Ends the run cleanly. */
  signal?: AbortSignal;
  /** Called with notes for people during the run, such as a restarted lane. */
  note?: (text: string) => void;
}

/**
 * Opens a pipeline for a program: source, networks (each proven by its golden input), calibration and outputs. No frame
 * is read before the loop requests the first. Rejects with the first fault, everything closed: ERR_CONFIG,
 * ERR_SOURCE_MISSING, ERR_SOURCE_FORMAT, ERR_BUNDLE and its kin, ERR_CALIBRATION, ERR_PORT_IN_USE,
 * ERR_PROVIDER_UNAVAILABLE.
 */
export async function openFrameLoop(request: PipelineRequest): Promise<FrameLoop> {
  const { source, outputs = [] } = request;
  try {
    return await open(request);
  } catch (error) {
    // Closes what opening had not reached yet; closing twice is allowed.
    const own = [...(typeof source === 'object' ? [source] : []), ...outputs];
    await Promise.allSettled(own.map((part) => part.close('failed')));
    throw error;
  }
}

async function open(request: PipelineRequest): Promise<FrameLoop> {
  const { pacing = 'realtime', outputs = [], camera, signal, note } = request;
  const file =
    typeof request.config === 'string'
      ? await loadPipelineFile(request.config)
      : resolvePipeline(request.config, process.cwd());
  const config = configOfCamera(file, request.cameraName);
  const source = request.source ?? config.source;
  if (source === undefined)
    throw new PerceptionError('ERR_CONFIG', 'expected a source, found none in config and request');
  const [{ openPipeline }, { FrameStream }] = await Promise.all([
    import('./open-pipeline.js'),
    import('../outputs/frame-stream.js'),
  ]);
  const stream = new FrameStream(pacing === 'lockstep');
  const from =
    typeof source === 'string'
      ? { source }
      : { source: source.info.name, frames: { source, camera } };
  const opened = await openPipeline({
    ...from,
    config,
    pacing,
    outputs: [...outputs, stream],
    ...(note && { note }),
  });
  return new FrameLoop(opened, stream, signal);
}
