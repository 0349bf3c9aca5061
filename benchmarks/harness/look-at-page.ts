import { spawn } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';
import { chromiumArguments, chromiumPath } from '../../tools/bench/chromium.js';
import { repoDir } from '../../tools/bench/process-entry.js';

/**
 * Chromium that has drawn text once. Debian's Chromium 156 with fontconfig 2.14.1 ended with SIGSEGV in
 * FcConfigSubstituteWithPat when a page asked for its first font, once in some thousand starts. One that dies so is
 * started again, twice at most.
 * Rejects if no Chromium is installed, or with what the third one said.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('expected Chromium, found none');
  for (let attempt = 1; ; attempt++) {
    try {
      const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] });
      await drawText(browser);
      return browser;
    } catch (error) {
      if (attempt === 3) throw error;
      console.error(`Chromium ended before it had drawn text (attempt ${attempt} of 3): ${error}`);
    }
  }
}

/** Text in the families of the page's own style, which makes the browser look for its fonts. */
async function drawText(browser: Browser): Promise<void> {
  const page = await browser.newPage();
  for (const family of ['system-ui, sans-serif', 'ui-monospace, monospace'])
    await page.setContent(`<p style="font-family: ${family}">text → ▶</p>`);
  await page.screenshot();
  await page.close();
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
