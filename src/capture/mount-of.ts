import { checkMount, type MeasuredMount, mountMetadataName } from '../calibration/mount.js';
import { parseMountYaml } from '../calibration/mount-yaml.js';
import { readInputText } from '../files/read-input.js';
import { openIfRecording } from './camera-of.js';

/**
 * Resolves with the mount that a pipeline file's `mount` names: that of a `windshield ground` file, the recording's, or
 * none. Rejects with ERR_CALIBRATION.
 */
export async function mountOf(mount: string, source: string): Promise<MeasuredMount | undefined> {
  if (mount === 'none') return undefined;
  if (mount !== 'recording') {
    const text = readInputText(mount, { code: 'ERR_CALIBRATION', what: 'a mount' });
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
