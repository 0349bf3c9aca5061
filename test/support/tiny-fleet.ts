import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { writeTinyDrive } from './tiny-drive.js';
import { makeTinyRig, type TinyRig } from './tiny-rig.js';

export interface TinyFleet {
  rig: TinyRig;
  drivesDir: string;
  /** Writes a file of drives beside the pipeline file; returns its path. */
  writeDrives(name: string, file: object): Promise<string>;
  /** Arguments of `windshield fleet run` over a file of drives with the tiny networks. */
  runArgs(drives: string, out: string): string[];
  /** Every file of results below a folder that does not say times, by name. */
  resultsIn(out: string): Promise<Map<string, Buffer>>;
}

/** A tiny rig with a folder of short drives, each of its own length: no two have the same results. */
export async function makeTinyFleet(names: readonly string[], frames = 6): Promise<TinyFleet> {
  const rig = await makeTinyRig(2);
  const drivesDir = join(rig.dir, 'drives');
  await mkdir(drivesDir);
  for (const [place, name] of names.entries())
    await writeTinyDrive(join(drivesDir, `${name}.mcap`), frames + place);
  const writeDrives = async (name: string, file: object) => {
    const path = join(rig.dir, name);
    await writeFile(path, stringify(file));
    return path;
  };
  const runArgs = (drives: string, out: string) => [
    'fleet',
    'run',
    drives,
    '-p',
    rig.pipelinePath,
    '-o',
    out,
  ];
  const resultsIn = async (out: string) => {
    const files = (await readdir(out, { recursive: true })).filter((name) =>
      /(results\.mcap|unit\.json)$/.test(name),
    );
    const found = new Map<string, Buffer>();
    for (const name of files.sort()) found.set(name, await readFile(join(out, name)));
    return found;
  };
  return { rig, drivesDir, writeDrives, runArgs, resultsIn };
}

/** Environment of a `windshield fleet` whose drives `crash`, `hang` and `memory` are what they are called. */
export const poisoned = (log?: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--require ${fileURLToPath(new URL('poison.cjs', import.meta.url))}`,
  ...(log !== undefined && { POISON_LOG: log }),
});
