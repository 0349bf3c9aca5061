import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  launchBrowser,
  openPage,
  seriousFaults,
  startLooking,
  unreachedControls,
  whyNoBrowser,
  widerThanPhonePx,
} from './browser.js';

const view = ['simulate', 'view', '--port', '0', '--size', '320x180', '--rate', '10'];

describe.skipIf(whyNoBrowser !== undefined)(`the simulated road ${whyNoBrowser ?? ''}`, () => {
  let browser: Browser;
  let looking: Awaited<ReturnType<typeof startLooking>>;
  let page: Page;
  let faults: string[];
  beforeAll(async () => {
    [browser, looking] = await Promise.all([launchBrowser(), startLooking(view)]);
    ({ page, faults } = await openPage(browser, looking.url));
    await page.getByRole('img', { name: /^Frame \d/ }).waitFor();
  });
  afterAll(async () => {
    expect(faults).toEqual([]);
    await browser.close();
    expect(await looking.stop()).toBe(0);
  });
  const description = () => page.locator('.picture canvas').getAttribute('aria-label');

  test('is a tab of the page; arrow keys turn the wheels, and let them go', async () => {
    expect(await page.locator('nav [aria-current=page]').textContent()).toBe('Road');
    await page.keyboard.down('ArrowLeft');
    await expect.poll(description).toMatch(/steering [1-9][\d.]*° left/);
    await page.keyboard.up('ArrowLeft');
    await expect.poll(description).toMatch(/steering 0\.0°/);
  });

  test('the network takes the wheel, and another world begins', async () => {
    await page.getByRole('button', { name: 'The network drives' }).click();
    await page.locator('[aria-label=Stages] th', { hasText: 'steering' }).waitFor();
    await page.getByRole('spinbutton', { name: 'World' }).fill('5');
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.locator('.numbers dd', { hasText: /^5$/ }).waitFor();
    await page.getByRole('button', { name: 'I drive' }).click();
    await page.getByRole('button', { name: 'Steer right' }).waitFor();
  });

  test('axe finds nothing serious in light and dark, Tab comes everywhere, and it fits a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults(page)).toEqual([]);
    }
    expect(await unreachedControls(page)).toEqual([]);
    expect(await widerThanPhonePx(page)).toBe(0);
  });

  test('the road stands still while the player is looked at, and goes on after', async () => {
    await page.getByRole('button', { name: 'Player' }).click();
    await page.getByText('Drop a recording here').waitFor();
    await page.getByRole('button', { name: 'Road' }).click();
    const first = await description();
    await expect.poll(description).not.toBe(first);
  });
});
