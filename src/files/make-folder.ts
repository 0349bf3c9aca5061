import { mkdirSync } from 'node:fs';
import { outputError } from './output-error.js';

/** Makes a folder and its missing parents. @throws ERR_OUTPUT */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw outputError(path, cause);
  }
}
