import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolMissing } from './raw-frame-process.js';

const run = promisify(execFile);
const oldByPath = new Map<string, Promise<boolean>>();

/** Whether ffmpeg is older than 5.1, which takes other options; asked once per program. Rejects with ERR_TOOL_MISSING. */
export function isFfmpegOld(ffmpegPath: string): Promise<boolean> {
  const known = oldByPath.get(ffmpegPath);
  if (known !== undefined) return known;
  const asking = askWhetherOld(ffmpegPath);
  oldByPath.set(ffmpegPath, asking);
  // A failed program is asked again: it may be installed meanwhile.
  asking.catch(() => oldByPath.delete(ffmpegPath));
  return asking;
}

async function askWhetherOld(ffmpegPath: string): Promise<boolean> {
  try {
    const { stdout } = await run(ffmpegPath, ['-version']);
    return isBefore51(/version (\S+)/.exec(stdout)?.[1]);
  } catch (cause) {
    throw toolMissing(ffmpegPath, cause);
  }
}

/** Builds from a repository have versions such as N-109542-g1234567: they count as new. */
export function isBefore51(version: string | undefined): boolean {
  const match = /^n?(\d+)\.(\d+)/.exec(version ?? '');
  return match !== null && Number(match[1]) + Number(match[2]) / 10 < 5.1;
}
