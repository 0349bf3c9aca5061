import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Writes a folder with an `ffmpeg` that fails after so many bytes of decoded video and otherwise is the machine's own, and
 * returns the search path that finds it first.
 */
export function pathOfBreakingFfmpeg(dir: string, afterBytes: number): string {
  const own = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim();
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'ffmpeg');
  const decodes = `"${own}" "$@" | head -c ${afterBytes}; exit 1`;
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$*" in\n*showinfo*) ${decodes} ;;\n*) exec "${own}" "$@" ;;\nesac\n`,
  );
  chmodSync(path, 0o755);
  return `${dir}${delimiter}${process.env['PATH']}`;
}
