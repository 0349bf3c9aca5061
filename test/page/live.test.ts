import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  launchBrowser,
  newPage,
  sampleDrive,
  startLooking,
  watchFaults,
  whyNoBrowser,
} from './browser.js';

const replay = ['replay', sampleDrive, '--no-publish', '--view', '--json'];

describe.skipIf(whyNoBrowser !== undefined)(`the live page ${whyNoBrowser ?? ''}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  test('shows boxes on a moving picture while the drive goes on, and says when it ends', async () => {
    const running = await startLooking(replay);
    const page = await newPage(browser);
    const faults = watchFaults(page);
    await page.goto(running.url);
    const description = () => page.locator('.picture canvas').getAttribute('aria-label');
    await expect.poll(description).toMatch(/^Frame \d+; .*\d/);
    const first = await description();
    await expect.poll(description).not.toBe(first);
    expect(
      await page.locator('.picture canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(600, 300, 1, 1);
        return canvas.width === 1280 && data[0]! + data[1]! + data[2]! > 0;
      }),
    ).toBe(true);
    await page.locator('.live-state', { hasText: 'sample-drive.mcap' }).waitFor();
    expect(await running.stop()).toBe(0);
    await page.locator('.live-state', { hasText: 'ended' }).waitFor();
    expect(faults.filter((text) => !text.includes('WebSocket'))).toEqual([]);
    await page.close();
  });
});

test('a page of another origin, a flood and a reader that never reads do not hold up the drive', async () => {
  const running = await startLooking(replay);
  const address = running.url.replace('http', 'ws');
  const refused = new WebSocket(`${address}/live`, { origin: 'http://elsewhere.example' });
  await expect(new Promise((_, reject) => refused.once('error', reject))).rejects.toThrow('403');
  const flood = new WebSocket(`${address}/live`, { origin: running.url });
  await new Promise((resolve) => flood.once('open', resolve));
  for (let i = 0; i < 20_000; i++) flood.send('next');
  const long = new WebSocket(`${address}/live`, { origin: running.url });
  await new Promise((resolve) => long.once('open', resolve));
  const closed = new Promise<number>((resolve) => long.once('close', resolve));
  long.send('x'.repeat(100_000));
  expect(await closed).toBe(1009);
  const deaf = new WebSocket(`${address}/live`, { origin: running.url });
  await new Promise((resolve) => deaf.once('open', resolve));
  deaf.pause();
  deaf.send('next');
  expect(await running.stop()).toBe(0);
  flood.terminate();
  deaf.terminate();
});
