import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

declare global {
  interface Window {
    axe?: {
      run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
    };
  }
}

/** What axe finds serious on the page as it stands. */
export async function seriousFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined)))
    await page.evaluate(readFileSync(join(repoDir, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await window.axe!.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** Controls that can be seen and used, but that the Tab key does not come to. */
export async function unreachedControls(page: Page): Promise<string[]> {
  const count = await page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll<HTMLElement>('button, input, select, summary, a[href]'),
    ].filter((control) => {
      const isUsable = !('disabled' in control && control.disabled) && control.checkVisibility();
      return isUsable && !control.classList.contains('hidden');
    });
    for (const [i, control] of controls.entries()) control.dataset.control = String(i);
    (document.activeElement as HTMLElement | null)?.blur();
    return controls.length;
  });
  const reached = new Set<string>();
  for (let presses = 0; presses < count * 2 + 10 && reached.size < count; presses++) {
    await page.keyboard.press('Tab');
    const control = await page.evaluate(
      () => (document.activeElement as HTMLElement | null)?.dataset.control,
    );
    if (control !== undefined) reached.add(control);
  }
  return page.evaluate(
    (known) =>
      [...document.querySelectorAll<HTMLElement>('[data-control]')]
        .filter(({ dataset }) => !known.includes(dataset.control!))
        .map(({ outerHTML }) => outerHTML.slice(0, 120)),
    [...reached],
  );
}

/** Pixels by which the page is wider than a phone's 360. */
export async function widerThanPhonePx(page: Page): Promise<number> {
  await page.setViewportSize({ width: 360, height: 740 });
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - 360));
}
