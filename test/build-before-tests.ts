import { ensureBuilt } from '../bin/build.js';

/** Workers and child processes run from dist/, so every test run starts from a fresh build. */
export async function setup(): Promise<void> {
  await ensureBuilt();
}
