import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import { windshield } from '../support/command-line.js';
import { tinyDriveSize, tinyPicture, writeTinyDrive } from '../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';
import {
  launchBrowser,
  openPage,
  seriousFaults,
  startLooking,
  whyNoBrowser,
  widerThanPhonePx,
} from './browser.js';

const startNs = 1_700_000_000_000_000_000n;
const rateHz = 10;
/** One frame more than ten seconds. */
const frameCount = 101;
const isStrange = (id: number) => id >= 50 && id < 70;
const isOff = (id: number) => id >= 20 && id < 30;

/** Pictures and results of ten seconds; `hasDoubt`: that say how far they are to be believed. */
async function writeResults(path: string, hasDoubt: boolean): Promise<void> {
  const writer = await RecordingWriter.create(path);
  const data = await encodeJpeg({ ...tinyDriveSize, data: tinyPicture(0) }, 90);
  for (let id = 0; id < frameCount; id++) {
    const stampNs = startNs + BigInt(id) * 100_000_000n;
    const image = create(CompressedImageSchema, { data, format: 'jpeg' });
    await writer.write('camera/image', stampNs, image);
    const novelty = { value: isStrange(id) ? 1.62 : 0.41, isNovel: isStrange(id) };
    const laneM = isOff(id) ? -0.83 : 0.12;
    const check = { aheadM: 12, pathM: 0, laneM, driverM: 0.2, thresholdM: 0.5 };
    const frame = create(PerceptionFrameSchema, {
      ...{ frameId: BigInt(id), stampNs, sourceTimeNs: stampNs - startNs },
      ...{ widthPx: tinyDriveSize.widthPx, heightPx: tinyDriveSize.heightPx },
      steering: { angleRad: 0.01 },
      ...(hasDoubt && { novelty, steeringCheck: check }),
      health: [
        ...(hasDoubt && isStrange(id) ? ['novel_scene'] : []),
        ...(hasDoubt && isOff(id) ? ['steering_disagrees'] : []),
      ],
    });
    await writer.write('perception', stampNs, frame);
  }
  await writer.close();
}

describe.skipIf(whyNoBrowser !== undefined)(`curves of doubt ${whyNoBrowser ?? ''}`, () => {
  let browser: Browser;
  let rig: TinyRig;
  beforeAll(async () => {
    [browser, rig] = await Promise.all([launchBrowser(), makeTinyRig(4)]);
    await Promise.all([
      writeResults(join(rig.dir, 'doubt.mcap'), true),
      writeResults(join(rig.dir, 'plain.mcap'), false),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.remove();
  });

  const curve = (page: Page, name: string) =>
    page.getByRole('img', { name: new RegExp(`^${name}`) });
  const seekBar = (page: Page) => page.getByRole('slider', { name: 'Place in the drive' });
  const said = (page: Page) => seekBar(page).getAttribute('aria-valuetext');

  test('the player draws novelty and steering against the road, seeks on a click, and says the values', async () => {
    const looking = await startLooking(['view', join(rig.dir, 'doubt.mcap'), '--port', '0']);
    const { page, faults } = await openPage(browser, looking.url);
    const novelty = curve(page, 'Novelty: 0.41 at 0.00 s, the line stands at 1; 101 values');
    await novelty.waitFor();
    await curve(page, 'Off lane m: 0.12').waitFor();
    await curve(page, 'Off driver m: 0.20').waitFor();
    expect(await curve(page, 'Off free space').count()).toBe(0);

    // Measured for each click: the curves grow narrower when the page gets long enough to scroll.
    const clickedAt = async (share: number) => {
      const { width } = (await curve(page, 'Novelty:').boundingBox())!;
      await curve(page, 'Novelty:').click({ position: { x: width * share, y: 10 } });
      return said(page);
    };
    await expect
      .poll(() => clickedAt(0.605))
      .toMatch(/^6\.00 of 10\.00 .*, Novelty 1\.62: novel scene,/);
    await curve(page, 'Novelty: 1.62, novel scene at 6.00 s').waitFor();
    const card = page.getByRole('region', { name: 'Novelty' });
    expect(await card.getByRole('status').textContent()).toBe('novel scene');
    await page.keyboard.press('Home');
    await expect
      .poll(() => said(page))
      .toMatch(/^0\.00 .*, Off lane 0\.12 m left, Off driver 0\.20/);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    const off = 'Off lane 0.83 m right: disagrees with the lane';
    await expect.poll(() => said(page)).toContain(off);
    const against = page.getByRole('region', { name: 'Steering against the road' });
    expect(await against.textContent()).toContain('12 m ahead');
    expect(await against.textContent()).toContain('0.83 m right disagrees with the lane');
    // A list of events is what keys go through.
    await page.locator('summary', { hasText: 'Events' }).click();
    await page.getByRole('button', { name: '5.00 s · Health: novel scene' }).click();
    await expect.poll(() => said(page)).toMatch(/^5\.00 /);

    // Of a curve that runs through a threshold, line and stretch are drawn in the colour of what is wrong.
    expect(await isDrawnIn(curve(page, 'Novelty:'), [179, 38, 30])).toBe(true);
    expect(await isDrawnIn(curve(page, 'Steering °:'), [179, 38, 30])).toBe(false);
    expect(await seriousFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => isDrawnIn(curve(page, 'Novelty:'), [255, 138, 128])).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await widerThanPhonePx(page)).toBe(0);

    await page
      .locator('input[aria-label="Recordings to open"]')
      .setInputFiles(join(rig.dir, 'plain.mcap'));
    await page.getByText('plain.mcap').waitFor();
    await curve(page, 'Steering °: 0.6').waitFor();
    for (const name of ['Novelty', 'Off lane', 'Off driver'])
      expect(await curve(page, name).count()).toBe(0);
    expect(await page.getByRole('region', { name: /Novelty|against the road/ }).count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
    expect(await looking.stop()).toBe(0);
  });

  test('the live page shows them beside the wheel, against the recorded driver too', async () => {
    const drive = join(rig.dir, 'driven.mcap');
    await writeTinyDrive(drive, 300, rateHz, 0, () => 0.5);
    await writeFile(join(rig.dir, 'mount.yaml'), 'heightM: 1.3\npitchRad: 0.2\n');
    const gate = join(rig.dir, 'models/novelty');
    const ordinary = ['--hold-out', '2', '--every', '0', '--code', '8', '--steps', '4'];
    // Held out must be a minute or more.
    const drives = ['learnt.mcap', 'held.mcap'].map((name) => join(rig.dir, name));
    for (const path of drives) await writeTinyDrive(path, 120, 1);
    const learnt = await windshield(['novelty', 'train', ...drives, '--out', gate, ...ordinary])
      .finished;
    expect(learnt.stderr).toContain('held.mcap: 120 frames, held out');
    expect(learnt.code).toBe(0);
    const pipeline = await rig.writePipeline('doubt.yaml', {
      bundles: {
        steering: 'models/steering',
        segmentation: 'models/segmentation',
        novelty: 'models/novelty',
      },
      lanes: [['steering', 'segmentation', 'novelty']],
      mount: 'mount.yaml',
      publish: {},
      steeringCheck: { speedMps: 5 },
    });
    const live = ['replay', drive, '--pipeline', pipeline, '--view', '--json'];
    const running = await startLooking(live);
    const { page, faults } = await openPage(browser, running.url);
    const against = page.getByRole('region', { name: 'Steering against the road' });
    await against.getByText('disagrees with the driver').waitFor();
    const spark = against.getByRole('img', {
      name: 'Off driver, the last ten seconds; the line stands at 0.5 m',
    });
    const points = () => spark.locator('polyline').getAttribute('points');
    const first = await points();
    await expect.poll(points).not.toBe(first);
    expect(await spark.locator('.threshold').count()).toBe(2);
    const gateCard = page.getByRole('region', { name: 'Novelty' });
    await expect.poll(() => gateCard.textContent()).toMatch(/^Novelty\d+\.\d\d /);
    expect(await gateCard.locator('.threshold').count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await widerThanPhonePx(page)).toBe(0);
    expect(faults.filter((text) => !text.includes('WebSocket'))).toEqual([]);
    expect(await running.stop()).toBe(0);
    await page.close();
  });
});

/** True where a pixel of the canvas has about this colour, whatever lies below it. */
const isDrawnIn = (canvas: Locator, colour: readonly [number, number, number]): Promise<boolean> =>
  canvas.evaluate((element: HTMLCanvasElement, wanted) => {
    const { width, height } = element;
    const { data } = element.getContext('2d')!.getImageData(0, 0, width, height);
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] === 255 && wanted.every((level, c) => Math.abs(data[i + c]! - level) < 12))
        return true;
    return false;
  }, colour);
