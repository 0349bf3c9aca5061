import { readdirSync } from 'node:fs';

/** Returns the names in a folder; none if it does not exist or may not be read. */
export function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
