import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSimulatedDrive, writeDrive } from '../../simulator/datasets/drive.js';
import { driveRoads, driveWeathers } from '../../simulator/datasets/drive-look.js';
import { makeFolder } from '../../src/files/make-folder.js';

export interface RenderedFleet {
  count: number;
  /** Number of drives, evenly spread, with bends that the others do not have. */
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

/** Whether the drive with this number is bent. */
export const isBent = (index: number, { count, bent }: Pick<RenderedFleet, 'count' | 'bent'>) =>
  Math.floor(((index + 1) * bent) / count) > Math.floor((index * bent) / count);

/** Every drive's name states its look. */
export function drivesOf(fleet: RenderedFleet) {
  return Array.from({ length: fleet.count }, (_, index) => {
    const weather = driveWeathers[index % driveWeathers.length]!;
    const bent = isBent(index, fleet);
    const kind = driveRoads[Math.floor(index / driveWeathers.length) % driveRoads.length]!;
    // A motorway has hardly any bends, whatever is requested.
    const road = bent ? 'rural' : kind;
    const number = String(index).padStart(3, '0');
    return { index, name: `${weather}-${road}-${number}`, weather, road, bent };
  });
}

/** Radius of a bend that no other drive of the fleet has, and the tightest radius of the others, metres. */
const bentRadiusM = 45;
const straightRadiusM = 160;
/** Part of the road that every rendered drive certainly covers, metres along its road. */
const drivenM = { from: 40, to: 80 } as const;

/** Renders those of `drives` into `dir` that are not there yet: about two seconds of a core each. */
export async function renderDrives(
  dir: string,
  fleet: RenderedFleet,
  drives: ReturnType<typeof drivesOf>,
): Promise<void> {
  makeFolder(dir);
  for (const drive of drives) {
    const out = join(dir, `${drive.name}.mcap`);
    if (existsSync(out)) continue;
    await writeDrive({ ...(await recipeOf(drive, fleet)), quality: 60, out });
  }
}

async function recipeOf(
  { index, weather, road, bent }: ReturnType<typeof drivesOf>[number],
  { seconds, rateHz, widthPx, heightPx }: RenderedFleet,
) {
  const size = { seconds, rateHz, widthPx, heightPx };
  const recipe = {
    ...size,
    seed: 40_000 + index,
    look: { weather, road, minRadiusM: straightRadiusM },
  };
  if (!bent) return recipe;
  // Not every road with tight bends has one in the driven part.
  for (let seed = 50_000 + 100 * index; ; seed++) {
    const tight = { ...recipe, seed, look: { weather, road, minRadiusM: 22 } };
    const { world } = await openSimulatedDrive(tight);
    for (let sM = drivenM.from; sM < drivenM.to; sM++)
      if (Math.abs(world.road.at(sM).curvaturePerM) > 1 / bentRadiusM) return tight;
  }
}
