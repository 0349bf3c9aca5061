import { formatYaml, parseYaml } from '../text/yaml-document.js';
import { checkMount, type MeasuredMount } from './mount.js';

/** A mount takes a few hundred bytes. */
const maxCharacters = 64 * 1024;

/** Reads a mount from the YAML that `windshield ground` writes. `where` names the file. Throws ERR_CALIBRATION. */
export function parseMountYaml(text: string, where: string): MeasuredMount {
  return checkMount(
    parseYaml(text, { where, code: 'ERR_CALIBRATION', maxCharacters }).value,
    where,
  );
}

/** Formats a mount for parseMountYaml; numbers keep every digit. */
export const formatMountYaml = (mount: MeasuredMount): string => formatYaml(mount);
