import { type Task, tasks } from '../bundle/manifest.js';
import { startCapture } from '../capture/capture-thread.js';
import { elapsedMs, nowNs } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import { countEngines, engineFolder, hasEngine, precisionOf } from '../inference/engine-cache.js';
import { readBundleFolder } from '../inference/read-bundle-folder.js';
import { BundleMeasurement } from './bundle-choice.js';
import { calibrationFor, cameraIn } from './camera-for-run.js';
import type { PipelineConfig } from './pipeline-schema.js';
import { sourceOptionsOf } from './source-options.js';

/** The engines of one bundle after preparation. */
export interface PreparedBundle {
  task: Task;
  bundleDir: string;
  /**
   * `found`: it ran with an engine that existed; `unkept`: it ran, but no engine was kept, so that each start builds one
   * again; `refused`: it does not run on TensorRT here.
   */
  state: 'built' | 'found' | 'unkept' | 'refused';
  /** Number of engines built. */
  engines: number;
  /** Loading, building and the first runs. */
  seconds: number;
  /** Why it was refused. */
  reason?: string;
}

/**
 * Loads every bundle that a pipeline file names on TensorRT only, one after the other, for the frames of its source: with
 * preprocessing on the device, their layout is part of the engine. Rejects as startCapture does, and with ERR_CONFIG if
 * the file names no source.
 */
export async function prepareEngines(
  config: PipelineConfig,
  onBundle: (task: Task, bundleDir: string) => void,
): Promise<PreparedBundle[]> {
  const { source, topic, alternatives = {}, bundles } = config;
  if (source === undefined)
    throw new PerceptionError(
      'ERR_CONFIG',
      'expected a source whose frames the engines are for, found none',
    );
  const capturing = startCapture({
    source,
    sourceOptions: sourceOptionsOf(config),
    pacing: 'lockstep',
    slotCount: config.ring.slots,
  });
  try {
    const calibrated = calibrationFor(config.calibration, source, undefined, { topic });
    const [capture, found] = await Promise.all([capturing, calibrated]);
    const camera = cameraIn(capture, found);
    const prepared: PreparedBundle[] = [];
    for (const task of tasks)
      for (const bundleDir of alternatives[task] ?? (bundles[task] ? [bundles[task]] : [])) {
        onBundle(task, bundleDir);
        const before = countEngines();
        const startNs = nowNs();
        const only = { providers: ['tensorrt' as const], alternatives: { [task]: [bundleDir] } };
        const measurement = new BundleMeasurement({ ...config, ...only });
        const refusal = await measurement.choose(capture, camera).then(
          () => undefined,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        await measurement.close();
        const engines = countEngines() - before;
        const seconds = elapsedMs(startNs, nowNs()) / 1000;
        const state = refusal === undefined ? await stateOf(bundleDir, engines) : 'refused';
        const reason = refusal === undefined ? {} : { reason: refusal };
        prepared.push({ task, bundleDir, state, engines, seconds, ...reason });
      }
    return prepared;
  } finally {
    await Promise.allSettled([capturing.then((capture) => capture.stop())]);
  }
}

/** Returns the state of a bundle that ran, given the number of engines built. Rejects as readBundleFolder does. */
export async function stateOf(
  bundleDir: string,
  engines: number,
): Promise<'built' | 'found' | 'unkept'> {
  if (engines > 0) return 'built';
  const { network, manifest } = await readBundleFolder(bundleDir);
  const folder = engineFolder(network, precisionOf(manifest));
  return folder !== undefined && hasEngine(folder) ? 'found' : 'unkept';
}
