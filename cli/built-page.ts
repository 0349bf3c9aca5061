import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PerceptionError } from '../src/frame/perception-error.js';

const rootDir = fileURLToPath(new URL('../../', import.meta.url));
let building: Promise<string> | undefined;

/**
 * The folder of the built page. If its sources have changed, it is first rebuilt in a separate process, so that a
 * running pipeline loses no time on its main thread.
 */
export function builtPage(): Promise<string> {
  // The package contains the built page and no sources to build it from.
  if (!existsSync(`${rootDir}page/index.html`)) return Promise.resolve(`${rootDir}dist/page`);
  building ??= promisify(execFile)(process.execPath, [`${rootDir}bin/build-page.js`]).then(
    () => `${rootDir}dist/page`,
    (cause: Error) => {
      building = undefined;
      throw new PerceptionError('ERR_INTERNAL', `the page cannot be built: ${cause.message}`, {
        cause,
      });
    },
  );
  return building;
}
