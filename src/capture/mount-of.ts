import { readFile } from 'node:fs/promises';
import { checkMount, type MeasuredMount, mountMetadataName } from '../calibration/mount.js';
import { parseMountYaml } from '../calibration/mount-yaml.js';
import { PerceptionError } from '../frame/perception-error.js';
import { openIfRecording } from './camera-of.js';

/**
 * The mount that a pipeline file's `mount` asks for: a file of `windshield ground`, what the recording carries, or none.
 * Rejects with ERR_CALIBRATION.
 */
export async function mountOf(mount: string, source: string): Promise<MeasuredMount | undefined> {
  if (mount === 'none') return undefined;
  if (mount !== 'recording') {
    const text = await readFile(mount, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new PerceptionError('ERR_CALIBRATION', `${mount}: cannot be read (${cause.code})`, {
        cause,
      });
    });
    return parseMountYaml(text, mount);
  }
  const reader = await openIfRecording(source);
  try {
    const fields = reader?.metadata.get(mountMetadataName);
    return fields && checkMount(fields, `${source}, metadata ${mountMetadataName}`);
  } finally {
    await reader?.close();
  }
}
