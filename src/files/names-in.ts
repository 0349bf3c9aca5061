import { readdirSync } from 'node:fs';

/** What lies in a folder; nothing where it is not there, or may not be read. */
export function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
