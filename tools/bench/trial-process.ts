import { runPipeline } from '../../src/pipeline/pipeline.js';
import { answerParent } from './answer-parent.js';
import { openLook } from './looked-at.js';
import { keptFrames, type TrialRequest, type TrialResult } from './trial.js';
import { TrialMeter } from './trial-meter.js';

// One run of the pipeline, watched from inside. Started by runChild.
answerParent(async (request: TrialRequest): Promise<TrialResult> => {
  const { config, source, frames, frameCount, rateFactor, framesInFlight } = request;
  const look = request.look && (await openLook(request.look));
  try {
    const meter = new TrialMeter(request);
    const { report, error } = await runPipeline({
      config,
      source,
      ...(look && { outputs: look.outputs }),
      sourceOptions: {
        repeat: { frameCount, ...(frames === 'ready' && { keptFrames }) },
      },
      ...(rateFactor === undefined
        ? { pacing: 'lockstep', framesInFlight: framesInFlight ?? 1 }
        : { pacing: 'realtime', rateFactor }),
      onFrame: (frame, payload) => meter.take(frame, payload),
    });
    if (error !== undefined) throw error;
    return { report, ...meter.finish(), ...(look && { pictures: look.pictures }) };
  } finally {
    // A viewer that stays open would keep this process, and whoever waits for its answer.
    await look?.close();
  }
});
