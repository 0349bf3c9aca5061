import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../src/files/write-whole.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { parseJson } from '../../src/text/json-document.js';

/** File in a data set's folder that records how it is made. */
export const recipeFileName = 'recipe.json';

/** What must be equal for a run to continue in the folder of another. */
export interface FolderRecipe {
  task: string;
  count: number;
  seed: number;
  widthPx: number;
  heightPx: number;
  truth: boolean;
  /** Steering only. */
  singleLaneShare?: number | undefined;
  /** Drives only: SHA-256 of the network that steered. */
  driverSha256?: string;
  /** Drives only: their length, seconds; the default if omitted. */
  driveS?: number | undefined;
}

const recipeSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const comparedKeys = [
  'task',
  'seed',
  'widthPx',
  'heightPx',
  'truth',
  'count',
  'singleLaneShare',
  'driverSha256',
  'driveS',
] as const satisfies (keyof FolderRecipe)[];

/**
 * Writes the recipe into the folder, or compares it with the one that is there: a folder never mixes two data sets.
 * More scenes of the same seed are allowed. Rejects with ERR_OUTPUT and names the difference.
 */
export async function claimFolder(outDir: string, recipe: FolderRecipe): Promise<void> {
  const path = join(outDir, recipeFileName);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const found = parseRecipe(text, path);
    // Each class of signs has its share of the count, so another count gives another set.
    const keys = comparedKeys.filter((key) => key !== 'count' || recipe.task === 'signs');
    const differing = keys.filter((key) => found[key] !== recipe[key]);
    if (differing.length > 0) {
      const tell = (from: Partial<FolderRecipe>) =>
        differing.map((key) => `${key} ${from[key]}`).join(', ');
      throw new PerceptionError(
        'ERR_OUTPUT',
        `${outDir} holds another data set: expected ${tell(recipe)}, found ${tell(found)}; choose another folder`,
      );
    }
  }
  writeWhole(path, `${JSON.stringify(recipe)}\n`);
}

function parseRecipe(text: string, path: string): Partial<FolderRecipe> {
  const value = parseJson(text, { where: path, code: 'ERR_OUTPUT' });
  const found = recipeSchema.safeParse(value);
  if (found.success) return found.data as Partial<FolderRecipe>;
  throw new PerceptionError(
    'ERR_OUTPUT',
    `${path}: expected a recipe of a data set, found ${text.slice(0, 40)}`,
  );
}
