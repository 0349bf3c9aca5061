import { spawn } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';
import { chromiumArguments, chromiumPath } from '../../tools/bench/chromium.js';
import { repoDir } from '../../tools/bench/process-entry.js';

/** Rejects if no Chromium is installed. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('expected Chromium, found none');
  return chromium.launch({ executablePath, args: [...chromiumArguments] });
}

export interface LookedAtCommand {
  url: string;
  /** Everything that it has printed so far. */
  said(): string;
  /** Sends Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/** Starts a command of the built command line that prints `look: <address>`. Rejects if it ends without printing it. */
export async function startLooking(args: readonly string[]): Promise<LookedAtCommand> {
  const child = spawn(process.execPath, ['bin/windshield.js', ...args], { cwd: repoDir });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        said += bytes;
        const match = /look: (\S+)/.exec(said);
        if (match !== null) resolve(match[1]!);
      });
    void ended.then(() => reject(new Error(`ended without an address: ${said}`)));
  });
  return {
    url,
    said: () => said,
    stop() {
      child.kill('SIGINT');
      return ended;
    },
    ended,
  };
}
