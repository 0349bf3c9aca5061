import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import {
  type LookedAtCommand,
  launchBrowser,
  startLooking as startCommand,
} from '../../benchmarks/harness/look-at-page.js';
import { ensurePageBuilt } from '../../bin/build-page.js';
import { chromiumPath } from '../../tools/bench/chromium.js';

export const repoDir = fileURLToPath(new URL('../..', import.meta.url));
export const sampleDrive = join(repoDir, 'recordings/sample-drive.mcap');

/** Why these tests cannot run here, or undefined. */
export const whyNoBrowser =
  chromiumPath() === undefined
    ? "Chromium is not installed (Debian's package chromium)"
    : undefined;

export { launchBrowser };

/** A command of the built command line that prints `look: <address>`. */
export async function startLooking(args: readonly string[]): Promise<LookedAtCommand> {
  await ensurePageBuilt();
  return startCommand(args);
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

/** A page on which nothing waits for less long than a test may. */
export async function newPage(browser: Browser, options: BrowserContextOptions = {}) {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(120_000);
  return page;
}

/** Opens an address on a desk's screen. `faults` as watchFaults tells them. */
export async function openPage(browser: Browser, address: string) {
  const page = await newPage(browser, { viewport: { width: 1200, height: 900 } });
  const faults = watchFaults(page);
  await page.goto(address);
  return { page, faults };
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
