import { startCapture } from '../capture/capture-thread.js';
import { BundleMeasurement, withChosenBundles } from './bundle-choice.js';
import { calibrationFor, cameraIn } from './camera-for-run.js';
import { declaredLanes, LaneMeasurement, type PlannedLanes } from './lane-plan.js';
import type { PipelineConfig } from './pipeline-schema.js';
import { sourceOptionsOf } from './source-options.js';

/** Measures which bundles and lanes a live run of this source would use on this machine, then closes everything again. */
export async function measurePlan(config: PipelineConfig, source: string): Promise<PlannedLanes> {
  const slotCount = config.ring.slots;
  const sourceOptions = sourceOptionsOf(config);
  const capturing = startCapture({ source, sourceOptions, pacing: 'lockstep', slotCount });
  let measurement: { close(): Promise<void> } | undefined;
  try {
    const { topic } = config;
    const calibrating = calibrationFor(config.calibration, source, undefined, { topic });
    const [capture, calibrated] = await Promise.all([capturing, calibrating]);
    const camera = cameraIn(capture, calibrated);
    const bundles = new BundleMeasurement(config);
    measurement = bundles;
    const choices = await bundles.choose(capture, camera);
    await bundles.close();
    const chosen = choices.length === 0 ? {} : { choices };
    if (config.lanes !== 'auto') return { ...declaredLanes(config.lanes), ...chosen };
    const lanes = new LaneMeasurement(withChosenBundles(config, choices));
    measurement = lanes;
    return { ...(await lanes.plan(capture, camera)), ...chosen };
  } finally {
    const stopped = capturing.then((capture) => capture.stop());
    await Promise.allSettled([measurement?.close(), stopped]);
  }
}
