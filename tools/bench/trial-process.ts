import { runPipeline } from '../../src/pipeline/pipeline.js';
import { answerParent } from './answer-parent.js';
import { openLook } from './looked-at.js';
import { keptFrames, type TrialRequest, type TrialResult } from './trial.js';
import { TrialMeter } from './trial-meter.js';

// Runs the pipeline once and measures it from inside. Started by runChild.
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
    // An open viewer would keep this process alive, and its parent waiting.
    await look?.close();
  }
});
