import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameLayout } from '../../src/frame/frame.js';
import { RecorderThread } from '../../src/outputs/recording/recorder-thread.js';
import { whyMissing } from '../capture/tools.js';
import { makeTinyRig } from '../support/tiny-rig.js';
import {
  launchBrowser,
  newPage,
  startLooking,
  temporaryDir,
  watchFaults,
  whyNoBrowser,
} from './browser.js';

const layout: FrameLayout = { format: 'rgb8', widthPx: 128, heightPx: 96, strideBytes: 384 };
const greys = { front: 40, rear: 140 } as const;
const frameCount = 25;

/** Two cameras of 10 frames a second as H.264; a frame's grey tells camera and number. */
async function recordTwoCameras(path: string): Promise<void> {
  const thread = new RecorderThread();
  const cameras = Object.keys(greys).map((name) => {
    const pictures = { images: true, layout, quality: 95, video: { rateHz: 10 } };
    const metadata = { 'windshield.result': { source: name } };
    return { name, source: 'camera:none', ...pictures, metadata, attachments: [] };
  });
  await thread.open({ path, cameras });
  for (let number = 0; number < frameCount; number++) {
    for (const [camera, grey] of Object.values(greys).entries()) {
      const bytes = new Uint8Array(new SharedArrayBuffer(384 * 96)).fill(grey + 3 * number);
      const stampNs = 1_000_000_000n + BigInt(number) * 100_000_000n;
      thread.picture(stampNs, { layout, bytes, release: () => {} }, { camera });
    }
    await thread.drained();
  }
  await thread.end('close');
}

const whyNot = whyNoBrowser ?? whyMissing('ffmpeg');

describe.skipIf(whyNot !== undefined)(
  `video and several cameras in Chromium ${whyNot ?? ''}`,
  () => {
    const { dir, remove } = temporaryDir();
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser.close();
      remove();
    });

    /** The grey in the middle of the picture, and the time below it. */
    const shown = async (page: Page) => ({
      grey: await page.locator('.picture canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        return canvas.getContext('2d')!.getImageData(width / 2, height / 2, 1, 1).data[0]!;
      }),
      timeS: Number.parseFloat((await page.locator('.time').textContent())!),
    });
    const shows = (page: Page, camera: keyof typeof greys, number: number) =>
      expect
        .poll(async () => {
          const { grey, timeS } = await shown(page);
          const isGrey = Math.abs(grey - greys[camera] - 3 * number) <= 1.4;
          return isGrey && Math.abs(timeS - number / 10) < 0.01 ? 'as recorded' : { grey, timeS };
        })
        .toBe('as recorded');

    test('H.264 is stepped, sought and played frame by frame, and the other camera stands at the same time', async () => {
      const drive = join(dir, 'two.mcap');
      await recordTwoCameras(drive);
      const looking = await startLooking(['view', drive, '--port', '0']);
      const page = await newPage(browser);
      const faults = watchFaults(page);
      await page.goto(looking.url);
      await shows(page, 'front', 0);
      await page.keyboard.press('ArrowRight');
      await shows(page, 'front', 1);
      await page.keyboard.press('ArrowRight');
      await shows(page, 'front', 2);
      await page.keyboard.press('Shift+ArrowRight');
      await shows(page, 'front', 12);
      await page.keyboard.press('ArrowLeft');
      await shows(page, 'front', 11);
      await page.locator('.camera-switch select').selectOption('rear');
      await shows(page, 'rear', 11);
      await page.keyboard.press('c');
      await shows(page, 'front', 11);
      await page.keyboard.press(' ');
      await shows(page, 'front', frameCount - 1);
      expect(faults).toEqual([]);
      expect(await page.locator('[role="alert"]').count()).toBe(0);
      await page.close();
      expect(await looking.stop()).toBe(0);
    });

    test('a decoder that opens slowly gives the first frame all the same', async () => {
      const looking = await startLooking(['view', join(dir, 'two.mcap'), '--port', '0']);
      const page = await newPage(browser);
      await page.route('**/drive-worker*', async (route) => {
        const answer = await route.fetch();
        const slow = `const known = VideoDecoder.isConfigSupported.bind(VideoDecoder);
          VideoDecoder.isConfigSupported = (config) =>
            new Promise((done) => setTimeout(() => done(known(config)), 1500));`;
        await route.fulfill({ response: answer, body: `${slow}\n${await answer.text()}` });
      });
      await page.goto(looking.url);
      await page.locator('.picture canvas').waitFor();
      await shows(page, 'front', 0);
      expect(await page.locator('[role="alert"]').count()).toBe(0);
      await page.close();
      expect(await looking.stop()).toBe(0);
    });

    test('a browser without WebCodecs is told so', async () => {
      const looking = await startLooking(['view', join(dir, 'two.mcap'), '--port', '0']);
      const page = await newPage(browser);
      // The thread that reads recordings is what decodes them.
      await page.route('**/drive-worker*', async (route) => {
        const answer = await route.fetch();
        const body = `delete self.VideoDecoder;\n${await answer.text()}`;
        await route.fulfill({ response: answer, body });
      });
      await page.goto(looking.url);
      await page.locator('[role="alert"]', { hasText: 'makes JPEG of them' }).waitFor();
      await page.close();
      expect(await looking.stop()).toBe(0);
    });

    test('the live page goes from camera to camera', async () => {
      // Longer than it takes to look at it: it is ended by Ctrl-C.
      const rig = await makeTinyRig(600, 10);
      copyFileSync(rig.drivePath, join(rig.dir, 'rear.mcap'));
      const cameras = {
        front: { source: 'drive.mcap', calibration: 'none' },
        rear: { source: 'rear.mcap', calibration: 'none' },
      };
      const pipeline = await rig.writePipeline('two.yaml', { source: undefined, cameras });
      const looking = await startLooking(['run', pipeline, '--view', '--no-publish']);
      const page = await newPage(browser);
      await page.goto(looking.url);
      const frames = page.locator('.picture canvas[aria-label^="Frame"]');
      await frames.waitFor();
      const camera = page.locator('.camera-switch select');
      expect(await camera.inputValue()).toBe('front');
      await camera.selectOption('rear');
      await page.locator('.live-state', { hasText: 'rear.mcap' }).waitFor();
      await frames.waitFor();
      await page.keyboard.press('c');
      expect(await camera.inputValue()).toBe('front');
      await page.close();
      await looking.stop();
      await rig.remove();
    });
  },
);
