import { openRig } from '../../src/pipeline/cameras/open-rig.js';
import { answerParent } from './answer-parent.js';
import { keptFrames, type TrialRequest, type TrialResult } from './trial.js';
import { TrialMeter } from './trial-meter.js';

/** Request to run every camera of a rig once. Plain data: it crosses processes as JSON. */
export interface RigTrialRequest extends Omit<TrialRequest, 'source' | 'frameCount' | 'look'> {
  /** By camera, replacing the file's sources; the file's own if omitted. */
  sources?: Readonly<Record<string, string>> | undefined;
  /** By camera. */
  frameCounts: Readonly<Record<string, number>>;
}

export type RigTrialResult = Record<string, TrialResult>;

// Started by runChild.
answerParent(async (request: RigTrialRequest): Promise<RigTrialResult> => {
  const { config, sources, frames, frameCounts, rateFactor, framesInFlight } = request;
  const kept = frames === 'ready' ? { keptFrames } : {};
  const meters = new Map(
    Object.entries(frameCounts).map(([camera, frameCount]) => {
      return [camera, new TrialMeter({ ...request, source: '', frameCount })];
    }),
  );
  const rig = await openRig({
    config,
    ...(sources && { sources }),
    sourceOptionsOf: (camera) => ({ repeat: { frameCount: frameCounts[camera]!, ...kept } }),
    ...(rateFactor === undefined
      ? { pacing: 'lockstep', framesInFlight: framesInFlight ?? 1 }
      : { pacing: 'realtime', rateFactor }),
    onFrame: (frame, payload, _progress, camera) => meters.get(camera)!.take(frame, payload),
  });
  const { report, error } = await rig.run();
  if (error !== undefined) throw error;
  const { cameras, lanes, lanePlan, pacing, outputs } = report;
  return Object.fromEntries(
    [...meters].map(([camera, meter]) => {
      const own = { ...cameras[camera]!, lanes, lanePlan, pacing, outputs };
      return [camera, { report: own, ...meter.finish() }];
    }),
  );
});
