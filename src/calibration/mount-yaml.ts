import { parseDocument, stringify } from 'yaml';
import { PerceptionError } from '../frame/perception-error.js';
import { checkMount, type MeasuredMount } from './mount.js';

/** A mount takes a few hundred bytes. */
const maxCharacters = 64 * 1024;

/** Reads a mount from the YAML that `windshield ground` writes. `where` names the file. Throws ERR_CALIBRATION. */
export function parseMountYaml(text: string, where: string): MeasuredMount {
  const fail = (problem: string, cause?: unknown): never => {
    throw new PerceptionError('ERR_CALIBRATION', `${where}: ${problem}`, { cause });
  };
  if (text.length > maxCharacters)
    fail(`expected at most ${maxCharacters} characters of YAML, found ${text.length}`);
  const document = parseDocument(text, { logLevel: 'silent' });
  const [fault] = document.errors;
  if (fault !== undefined) fail(`expected YAML, found ${fault.message.split('\n')[0]}`, fault);
  return checkMount(document.toJS(), where);
}

/** What parseMountYaml reads; numbers keep every digit. */
export const formatMountYaml = (mount: MeasuredMount): string => stringify(mount);
