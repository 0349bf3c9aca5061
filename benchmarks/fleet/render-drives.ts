import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeDrive } from '../../simulator/datasets/drive.js';
import { driveRoads, driveWeathers } from '../../simulator/datasets/drive-look.js';
import { makeFolder } from '../../src/files/make-folder.js';

export interface RenderedFleet {
  count: number;
  /** So many of them, evenly spread, run through bends that the others do not have. */
  bent: number;
  seconds: number;
  rateHz: number;
  widthPx: number;
  heightPx: number;
}

export const drillFleet: RenderedFleet = {
  count: 200,
  bent: 7,
  seconds: 5,
  rateHz: 10,
  widthPx: 256,
  heightPx: 144,
};

/** Which drives of a fleet are bent, by number. */
export const isBent = (index: number, { count, bent }: Pick<RenderedFleet, 'count' | 'bent'>) =>
  Math.floor(((index + 1) * bent) / count) > Math.floor((index * bent) / count);

/** Every drive's name says what it shows. */
export function drivesOf(fleet: RenderedFleet) {
  return Array.from({ length: fleet.count }, (_, index) => {
    const weather = driveWeathers[index % driveWeathers.length]!;
    const bent = isBent(index, fleet);
    const kind = driveRoads[Math.floor(index / driveWeathers.length) % driveRoads.length]!;
    // A motorway has no bends to speak of, whatever is asked.
    const road = bent ? 'rural' : kind;
    const number = String(index).padStart(3, '0');
    return { index, name: `${weather}-${road}-${number}`, weather, road, bent };
  });
}

/** Renders those drives of a fleet into `dir` that are not there yet: some three seconds of a core each. */
export async function renderDrives(
  dir: string,
  fleet: RenderedFleet,
  onProgress?: (name: string) => void,
): Promise<void> {
  makeFolder(dir);
  const { seconds, rateHz, widthPx, heightPx } = fleet;
  for (const { index, name, weather, road, bent } of drivesOf(fleet)) {
    const out = join(dir, `${name}.mcap`);
    if (existsSync(out)) continue;
    onProgress?.(name);
    const look = { weather, road, minRadiusM: bent ? 22 : 160 };
    const recipe = { seed: 40_000 + index, seconds, rateHz, widthPx, heightPx, quality: 60 };
    await writeDrive({ ...recipe, out, look });
  }
}
