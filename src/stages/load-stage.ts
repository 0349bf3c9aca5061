import type { Bundle } from '../bundle/bundle.js';
import type { Task } from '../bundle/manifest.js';
import { PerceptionError } from '../frame/perception-error.js';
import { type Certificate, certify, type NetworkSession } from '../inference/network-session.js';
import { createNetworkSession } from '../inference/onnxruntime-node.js';
import { readBundleFolder } from '../inference/read-bundle-folder.js';
import { loadStageRunner } from './create-stage-runner.js';
import { hostInput } from './frame-input.js';
import { type PreprocessChoice, preprocessingPlace } from './preprocessing-place.js';
import type { StageRunner } from './stage-runner.js';
import type { StageSetup } from './stage-setup.js';
import { stageTable } from './stage-table.js';

/** A stage's network, loaded and proven. */
export interface LoadedNetwork {
  bundle: Bundle;
  session: NetworkSession;
  certificate: Certificate;
}

export interface LoadOptions {
  /** Execution providers in the order in which they are tried. */
  providers: readonly string[];
  /** Continues if the golden outputs are not reproduced; the certificate says so. */
  allowUncertified: boolean;
}

/**
 * Loads the bundle of a task from its folder, for lanes, doctor and bench alike. Rejects as readBundleFolder and
 * openNetwork do, and with ERR_BUNDLE for a bundle of another task.
 */
export async function loadStage(
  { task, bundleDir }: { task: Task; bundleDir: string },
  options: LoadOptions,
): Promise<LoadedNetwork> {
  const bundle = await readBundleFolder(bundleDir);
  if (bundle.manifest.task !== task)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${bundleDir}: expected a bundle for ${task}, found one for ${bundle.manifest.task}`,
    );
  return openNetwork(bundle, options);
}

/** Opens a session for a bundle and proves it on its golden input. Rejects as createNetworkSession and certify do. */
export async function openNetwork(bundle: Bundle, options: LoadOptions): Promise<LoadedNetwork> {
  const { providers, allowUncertified } = options;
  const session = await createNetworkSession(bundle, { providers });
  try {
    const certificate = await certify(session, bundle, { allowUncertified });
    return { bundle, session, certificate };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** A stage that takes frames, and whether its preprocessing was proven. */
export interface PreparedStage {
  runner: StageRunner;
  /** False if preprocessing on a device differs from the certified path, and that was allowed. */
  isInputCertified: boolean;
}

/**
 * Builds a loaded network's stage for frames of one layout, preprocessed at the place that `preprocess` gives for its
 * provider. Rejects as CreateStageRunner and certifyDeviceInput do, or with ERR_PROVIDER_UNAVAILABLE.
 */
export async function prepareStage(
  setup: StageSetup,
  preprocess: PreprocessChoice,
  allowUncertified: boolean,
): Promise<PreparedStage> {
  const { task } = setup.bundle.manifest;
  const place = preprocessingPlace(preprocess, setup.session.provider);
  const create = await loadStageRunner(task);
  // Crops are cut from the frame in this thread in any case: they are small.
  if (place === 'host' || stageTable[task].reads !== undefined)
    return { runner: create(setup), isInputCertified: true };
  // Imported only when needed: a start on the CPU does not wait for the code that edits ONNX graphs.
  const { deviceInput } = await import('./device-input.js');
  const { certifyDeviceInput } = await import('./certify-device-input.js');
  const device = await deviceInput(setup);
  try {
    const host = hostInput(setup);
    const isInputCertified = await certifyDeviceInput(device, host, setup, allowUncertified);
    return { runner: create(setup, device), isInputCertified };
  } catch (error) {
    await device.session.dispose();
    throw error;
  }
}
