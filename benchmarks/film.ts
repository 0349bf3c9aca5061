// Retakes the film and the pictures of the page in docs/images from the sample drive.
//
//     npm run film -- [--only player,networks,explained,road,live]
//
// Needs Debian's `chromium` and `ffmpeg`. Each picture waits for what it shows, so that a slow machine films the same.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { repoDir } from '../tools/bench/process-entry.js';
import { type LookedAtCommand, launchBrowser, startLooking } from './harness/look-at-page.js';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = (scene: string) => values.only?.split(',').includes(scene) ?? true;
const imagesDir = join(repoDir, 'docs/images');
const shotsDir = mkdtempSync(join(tmpdir(), 'windshield-film-'));
const [drive, results] = ['sample-drive', 'sample-reference'].map(
  (name) => `recordings/${name}.mcap`,
) as [string, string];
/** Pictures of the film per second. */
const filmRateHz = 10;
const filmWidthPx = 880;
const viewport = { width: 1240, height: 800 };
let shots = 0;
/** Running commands, so that none outlives a film that fails. */
const running = new Set<LookedAtCommand>();

const browser = await launchBrowser();
try {
  if (wanted('player') || wanted('networks')) await filmPlayer();
  if (wanted('explained')) await pictureExplained();
  if (wanted('road')) await filmRoad();
  if (wanted('live')) await pictureLive();
  if (values.only === undefined) writeFilm();
} finally {
  for (const command of running) void command.stop();
  await browser.close();
  rmSync(shotsDir, { recursive: true, force: true });
}

async function filmPlayer(): Promise<void> {
  const command = await start(['view', drive, results, '--port', '0']);
  const page = await browser.newPage({ viewport });
  await page.goto(command.url);
  await page.getByRole('img', { name: /^Frame 0/ }).waitFor();
  await page.locator('.lane-label', { hasText: 'Latency' }).waitFor();
  await steps(page, 60, false);
  // Every second frame of 20 per second gives the film real speed.
  for (let i = 0; i < 36; i++) await shoot(page, () => steps(page, 2));
  await still(page, 'page-player');
  await page.keyboard.press('2');
  for (let i = 0; i < 10; i++) await shoot(page, () => steps(page, 2));
  await page.keyboard.press('2');
  await still(page, 'page-phone', { width: 360, height: 740 }, 'dark');
  if (wanted('networks')) await filmNetworks(page);
  await page.close();
  await command.stop();
}

/** The networks in the browser next to the recorded results, and a slider that moves. */
async function filmNetworks(page: Page): Promise<void> {
  await page.keyboard.press('r');
  await page.locator('.picture').nth(1).waitFor({ timeout: 120_000 });
  await page.locator('#differences', { hasText: '1 frames' }).waitFor({ timeout: 120_000 });
  for (let i = 0; i < 12; i++) await shoot(page, () => steps(page, 1));
  const slider = page.getByRole('slider', { name: /Score threshold/ });
  const second = page.locator('.picture canvas').nth(1);
  for (const threshold of [0.4, 0.35, 0.3, 0.25, 0.2, 0.2, 0.5, 0.7, 0.8, 0.9]) {
    await slider.fill(String(threshold));
    await page.waitForTimeout(300);
    await second.scrollIntoViewIfNeeded();
    await shoot(page, async () => {});
  }
  await slider.fill('0.2');
  await page.waitForTimeout(500);
  await still(page, 'page-networks');
}

/** The steering's saliency over the frame, with the panel that requests it. */
async function pictureExplained(): Promise<void> {
  const command = await start(['view', drive, '--port', '0']);
  const page = await browser.newPage({ viewport: { width: 1240, height: 1080 } });
  await page.goto(`${command.url}/#at=4`);
  await page.locator('.time', { hasText: /^4\.00 / }).waitFor();
  await page.locator('.explain select').first().selectOption('steering');
  const by = page.locator('.explain select').nth(1);
  await by.locator('option[value=visual-backprop]').waitFor({ state: 'attached' });
  await by.selectOption('visual-backprop');
  await page.locator('#explained', { hasText: /^steers/ }).waitFor();
  await still(page, 'page-explained', { width: 1240, height: 1080 });
  await page.close();
  await command.stop();
}

async function filmRoad(): Promise<void> {
  const command = await start(['simulate', 'view', '--port', '0', '--size', '800x450']);
  const page = await browser.newPage({ viewport });
  await page.goto(command.url);
  const frame = page.getByRole('img', { name: /^Frame \d/ });
  await frame.waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'The network drives' }).click();
  await page.locator('[aria-label=Stages] th', { hasText: 'steering' }).waitFor();
  for (let i = 0; i < 30; i++) {
    const before = await frame.getAttribute('aria-label');
    await shoot(page, async () => {
      while ((await frame.getAttribute('aria-label')) === before) await page.waitForTimeout(20);
    });
  }
  await still(page, 'page-road');
  await page.close();
  await command.stop();
}

async function pictureLive(): Promise<void> {
  const command = await start(['replay', drive, '--no-publish', '--view', '--rate', '0.1']);
  const page = await browser.newPage({ viewport });
  await page.goto(command.url);
  await page.getByRole('img', { name: /^Frame [4-9]\d;/ }).waitFor({ timeout: 120_000 });
  await still(page, 'page-live');
  await page.close();
  await command.stop();
}

/** Steps frames forward, one after the other as they are shown. */
async function steps(page: Page, count: number, isEachShown = true): Promise<void> {
  const time = () => page.locator('.time').textContent();
  for (let i = 0; i < count; i++) {
    const before = await time();
    await page.keyboard.press('ArrowRight');
    if (isEachShown || i % 4 === 3) while ((await time()) === before) await page.waitForTimeout(10);
  }
}

/** Runs `change`, then takes one picture of the film. */
async function shoot(page: Page, change: () => Promise<void>): Promise<void> {
  await change();
  const path = join(shotsDir, `${String(shots++).padStart(4, '0')}.png`);
  await page.screenshot({ path });
}

/** Takes a picture for the documentation. */
async function still(
  page: Page,
  name: string,
  size = viewport,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(imagesDir, `${name}.jpg`), type: 'jpeg', quality: 72 });
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: 'light' });
}

function writeFilm(): void {
  const path = join(imagesDir, 'page.webp');
  const input = ['-framerate', String(filmRateHz), '-i', join(shotsDir, '%04d.png')];
  const encoding = [
    '-c:v',
    'libwebp_anim',
    '-quality',
    '45',
    '-compression_level',
    '3',
    '-loop',
    '0',
  ];
  const scaling = ['-vf', `scale=${filmWidthPx}:-2:flags=lanczos`];
  execFileSync('ffmpeg', ['-y', '-loglevel', 'error', ...input, ...scaling, ...encoding, path]);
  console.log(`${path}: ${shots} pictures, ${(statSync(path).size / 1e6).toFixed(2)} MB`);
}

async function start(args: readonly string[]): Promise<LookedAtCommand> {
  const command = await startLooking(args);
  running.add(command);
  void command.ended.then(() => running.delete(command));
  return command;
}
