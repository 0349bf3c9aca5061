import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Task, tasks } from '../bundle/manifest.js';
import { cameraOf } from '../capture/camera-of.js';
import { mountOf } from '../capture/mount-of.js';
import { recogniseSource } from '../capture/recognise-source.js';
import { addressRow } from '../capture/source-table.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import { readBundleFolder } from '../inference/read-bundle-folder.js';
import { readTokenFile } from '../outputs/page/token-file.js';
import { readCurveKeyFile } from '../outputs/zeromq/curve-key-file.js';
import { chosenCameraOf } from '../recording/recorded-cameras.js';
import { RecordingReader } from '../recording/recording-reader.js';
import type { PipelineConfig } from './pipeline-schema.js';

/**
 * Checks that everything a pipeline file names exists and is what its key says: each camera's source (paths only; live
 * sources are looked for when they are opened), calibration, mount and bundles, the key files, and the folder of the
 * recording. `path` is the pipeline file. Rejects with ERR_CONFIG, which lists every fault by its key.
 */
export async function checkPlaces(config: PipelineConfig, path: string): Promise<void> {
  const { calibration, mount, bundles, alternatives, cameras, record, listen, publish } = config;
  const faults: string[] = [];
  const check = async (key: string, look: () => unknown) => {
    try {
      await look();
    } catch (error) {
      // A bug is not a fault of the file.
      if (!hasErrorCode(error)) throw error;
      faults.push(`${key}: ${error.message}`);
    }
  };
  const checkView = async (at: string, view: View) => {
    const { source, topic } = view;
    const recorded = source !== undefined && addressRow(source) === undefined ? source : undefined;
    if (recorded !== undefined) await check(`${at}source`, () => checkRecorded(recorded));
    await check(`${at}calibration`, () => cameraOf(view.calibration, recorded ?? '', { topic }));
    await check(`${at}mount`, () => mountOf(view.mount, recorded ?? ''));
  };
  await checkView('', config);
  for (const [name, camera] of Object.entries(cameras ?? {})) {
    const at = `cameras.${name}.`;
    const own = { calibration: camera.calibration ?? calibration, mount: camera.mount ?? mount };
    await checkView(at, { ...camera, ...own });
    for (const task of tasks) {
      const folder = camera.bundles?.[task];
      if (folder !== undefined)
        await check(`${at}bundles.${task}`, () => checkBundle(folder, task));
    }
  }
  for (const task of tasks) {
    const folders = alternatives?.[task] ?? (bundles[task] === undefined ? [] : [bundles[task]]);
    for (const folder of folders) await check(`bundles.${task}`, () => checkBundle(folder, task));
  }
  if (record) await check('record', () => checkFolderOf(record.path));
  const { tokenFile } = listen ?? {};
  if (tokenFile !== undefined) await check('listen.tokenFile', () => readTokenFile(tokenFile));
  const { curve } = publish.zeromq ?? {};
  if (curve) await check('publish.zeromq.curve', () => readCurveKeyFile(curve.keyFile));
  if (faults.length > 0)
    throw new PerceptionError('ERR_CONFIG', `${path}: ${faults.join(`; ${path}: `)}`, {
      details: { path, faults },
    });
}

/** The settings of one camera that are checked. */
type View = Pick<PipelineConfig, 'source' | 'topic' | 'calibration' | 'mount'>;

/** Checks that the source exists and, if one camera of a recording is chosen, that the recording has that camera. */
async function checkRecorded(source: string): Promise<void> {
  await recogniseSource(source);
  if (chosenCameraOf(source).camera === undefined) return;
  const reader = await RecordingReader.open(source);
  await reader.close();
}

async function checkBundle(folder: string, task: Task): Promise<void> {
  const { manifest } = await readBundleFolder(folder);
  if (manifest.task !== task)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `expected a bundle for ${task}, found one for ${manifest.task}: ${folder}`,
    );
}

function checkFolderOf(file: string): void {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new PerceptionError('ERR_OUTPUT', `expected its folder, found none: ${folder}`);
}
