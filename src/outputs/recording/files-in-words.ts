import { basename } from 'node:path';

/** `drive.mcap`, or `drive.2.mcap to drive.5.mcap (4 files)`; undefined for none. */
export function filesInWords(files: readonly string[]): string | undefined {
  const [first, last] = [files[0], files.at(-1)];
  if (first === undefined || last === undefined || first === last) return first;
  return `${first} to ${basename(last)} (${files.length} files)`;
}
