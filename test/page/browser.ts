import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensurePageBuilt } from '../../bin/build-page.js';

export const repoDir = fileURLToPath(new URL('../..', import.meta.url));
export const sampleDrive = join(repoDir, 'recordings/sample-drive.mcap');
const chromiumPath = '/usr/bin/chromium';

/** Why these tests cannot run here, or undefined. */
export const whyNoBrowser = existsSync(chromiumPath)
  ? undefined
  : `${chromiumPath} is not installed (Debian's package chromium)`;

/** Chromium without what it says to the world at its start. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A command of the built command line that prints `look: <address>`. */
export async function startLooking(args: readonly string[]) {
  await ensurePageBuilt();
  const child = spawn(process.execPath, ['bin/windshield.js', ...args], { cwd: repoDir });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
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
    /** Ctrl-C; resolves with the exit code. */
    stop(): Promise<number | null> {
      child.kill('SIGINT');
      return ended;
    },
    ended,
  };
}

/** Faults of the page itself. A test that ends with any of them has failed. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return faults;
}

export function temporaryDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'windshield-page-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
