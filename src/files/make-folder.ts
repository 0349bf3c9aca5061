import { mkdirSync } from 'node:fs';
import { outputError } from './output-error.js';

/** Makes a folder and those above it, where they are missing. @throws ERR_OUTPUT */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw outputError(path, cause);
  }
}
