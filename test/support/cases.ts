import { fileURLToPath } from 'node:url';

/** A folder or file of `test/cases`: inputs as other tools write them. */
export const casePath = (name: string): string =>
  fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
