import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, fromBinary } from '@bufbuild/protobuf';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensurePageBuilt } from '../../bin/build-page.js';
import { mapDifferenceShare } from '../../page/rerun/differences.js';
import { checkMount, mountMetadata, mountMetadataName } from '../../src/calibration/mount.js';
import { decodeImage, encodePng } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  type Detection,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { ChannelTopic } from '../../src/recording/channels.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import { writeAdoptedDetector } from '../support/tiny-bundles.js';
import {
  launchBrowser,
  openPage,
  repoDir,
  sampleDrive,
  seriousFaults,
  startLooking,
  temporaryDir,
  unreachedControls,
  whyNoBrowser,
  widerThanPhonePx,
} from './browser.js';

/** Frames whose results are compared with the rig's. */
const comparedFrames = 6;

describe.skipIf(whyNoBrowser !== undefined)(`the page in Chromium ${whyNoBrowser ?? ''}`, () => {
  const { dir, remove } = temporaryDir();
  let browser: Browser;
  let looking: Awaited<ReturnType<typeof startLooking>>;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    [browser, looking] = await Promise.all([
      launchBrowser(),
      startLooking(['view', sampleDrive, '--port', '0']),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    expect(await looking.stop()).toBe(0);
    remove();
  });
  beforeEach(async () => {
    ({ page, faults } = await openPage(browser, looking.url));
    await page.locator('.picture canvas').waitFor();
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await page.close();
  });

  const time = async () => Number.parseFloat((await page.locator('.time').textContent())!);
  const timeIs = (seconds: number) => expect.poll(time).toBeCloseTo(seconds, 2);
  const runHere = async () => {
    await page.keyboard.press('r');
    await page.locator('.angle', { hasNotText: 'no answer' }).waitFor();
  };
  const drop = (paths: string[]) =>
    page.locator('input[aria-label="Recordings to open"]').setInputFiles(paths);

  test('keys step, seek and play the drive, and the timeline shows what is in it', async () => {
    await timeIs(0);
    await page.keyboard.press('ArrowRight');
    await timeIs(0.05);
    await page.keyboard.press('ArrowRight');
    await timeIs(0.1);
    await page.keyboard.press('ArrowLeft');
    await timeIs(0.05);
    await page.keyboard.press('Shift+ArrowRight');
    await timeIs(1.05);
    await page.keyboard.press('End');
    await timeIs(12.45);
    await page.keyboard.press('Home');
    await timeIs(0);
    await page.keyboard.press(' ');
    await expect.poll(time).toBeGreaterThan(0.5);
    await page.keyboard.press(' ');
    await page.locator('.lane-label', { hasText: 'Ground truth' }).waitFor();
  });

  test('at eight times the pace frames are passed over, and counted', async () => {
    // Slow enough that 160 pictures a second are not to be had on any machine.
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const shown = await page.evaluateHandle(() => {
      const time = document.querySelector('.time')!;
      const shown = new Set([time.textContent]);
      new MutationObserver(() => shown.add(time.textContent)).observe(time, {
        characterData: true,
        childList: true,
        subtree: true,
      });
      return shown;
    });
    await page.getByLabel('Speed', { exact: true }).selectOption('8');
    await page.keyboard.press(' ');
    await timeIs(12.45);
    const skipped = Number.parseInt((await page.getByText('passed over').textContent())!, 10);
    expect(skipped).toBeGreaterThan(0);
    expect((await shown.evaluate(({ size }) => size)) + skipped).toBe(250);
  });

  test('networks run here give the rig’s results, frame by frame', async () => {
    const { drive, frames } = await replayedStretch(dir);
    expect(frames.length).toBe(comparedFrames);
    const isPlaced = ({ groundM }: Detection) => groundM !== undefined;
    expect(frames.some(({ detections }) => detections.some(isPlaced))).toBe(true);
    await drop([drive]);
    await page
      .locator('dd', { hasText: `${comparedFrames}` })
      .first()
      .waitFor();
    await runHere();
    for (let i = 0; i < comparedFrames; i++) {
      if (i > 0) await page.keyboard.press('ArrowRight');
      await timeIs(i * 0.05);
      const shown = await page.evaluate(() => window.windshieldShown?.());
      const here = fromBinary(PerceptionFrameSchema, Uint8Array.from(shown!));
      expectSame(here, frames[i]!);
    }
    expect(await page.locator('.rerun .alert').count()).toBe(0);
  });

  test('sliders act on the frame shown, and the bundles’ own values come back', async () => {
    await runHere();
    const description = () => page.locator('.picture canvas').getAttribute('aria-label');
    const before = await description();
    await page.getByRole('slider', { name: /Score threshold/ }).fill('0.95');
    await expect.poll(description).not.toBe(before);
    await page.getByRole('button', { name: 'As the bundles say' }).click();
    await expect.poll(description).toBe(before);
  });

  test('a second bundle from disk stands beside the first, and keys go to its differences', async () => {
    await runHere();
    await page.locator('.rerun input[type=file]').setInputFiles(join(repoDir, 'models/steering'));
    await expect.poll(() => page.locator('.picture').count()).toBe(2);
    for (let i = 1; i <= 2; i++) {
      await page.keyboard.press('ArrowRight');
      await timeIs(i * 0.05);
    }
    await page.keyboard.press('Home');
    await timeIs(0);
    await page.locator('.lane-label', { hasText: 'Differences' }).waitFor();
    expect(await page.locator('.verdict').textContent()).toMatch(/steering -?\d/);
    await page.locator('h1').click();
    await page.keyboard.press('n');
    await expect.poll(time).toBeGreaterThan(0);
    await page.keyboard.press('p');
    await timeIs(0);
  });

  test('an adopted network that reads bytes and a second input, and one of 8 bits, run as on the rig', async () => {
    const adopted = join(dir, 'adopted');
    await writeAdoptedDetector(adopted);
    await runHere();
    // What is wrong, or what the second picture shows.
    const told = page.locator('.rerun [role=alert], .rerun .alert, .picture:nth-child(2) canvas');
    const second = () =>
      told.evaluateAll((all) => all.map((e) => e.ariaLabel ?? e.textContent).join('; '));
    const load = async (bundleDir: string) => {
      await page.locator('.rerun input[type=file]').setInputFiles(bundleDir);
      await page
        .getByText(JSON.parse(readFileSync(join(bundleDir, 'manifest.json'), 'utf8')).name)
        .waitFor();
    };
    await load(adopted);
    await expect.poll(second).toMatch(/^Frame 0; 2 car;/);
    // Without the facts of its weights, that their sums do not saturate has to be proven here.
    const wide = join(dir, 'wide');
    cpSync(join(repoDir, 'models/steering-rendered-int8'), wide, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(wide, 'manifest.json'), 'utf8'));
    delete manifest.quantisation.weights;
    writeFileSync(join(wide, 'manifest.json'), JSON.stringify(manifest));
    await load(wide);
    await expect.poll(second).toMatch(/^Frame 0; (?!2 car;)/);
  });

  test('a file that is no drive, or a broken one, is told in words, and a cut one plays', async () => {
    const files = {
      text: join(dir, 'letter.mcap'),
      empty: join(dir, 'empty.mcap'),
      cut: join(dir, 'cut.mcap'),
    };
    writeFileSync(files.text, 'Dear rig, how are you?');
    writeFileSync(files.empty, '');
    copyFileSync(sampleDrive, files.cut);
    truncateSync(files.cut, 3_000_000);
    await drop([files.text]);
    const alert = page.locator('main > [role=alert]');
    await expect
      .poll(() => alert.textContent())
      .toContain('expected an MCAP recording, found other bytes at the start of letter.mcap');
    await drop([files.empty]);
    await expect.poll(() => alert.textContent()).toContain('empty.mcap is empty');
    await drop([files.cut]);
    await page.locator('.alert', { hasText: 'cut.mcap was cut off' }).waitFor();
    expect(await alert.count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await timeIs(0.05);
  });

  test('results that are dropped beside their drive are drawn on its pictures', async () => {
    const { drive, results } = await replayedStretch(dir);
    await drop([drive, results]);
    await page.locator('.lane-label', { hasText: 'Tracks' }).waitFor();
    await expect
      .poll(() => page.locator('.picture canvas').getAttribute('aria-label'))
      .toContain('Frame 0');
  });

  test('axe finds nothing serious in light and dark, Tab comes to every control, and it fits a phone', async () => {
    await runHere();
    await page.locator('.events summary').click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults(page)).toEqual([]);
    }
    expect(await unreachedControls(page)).toEqual([]);
    expect(await widerThanPhonePx(page)).toBe(0);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});

test.skipIf(whyNoBrowser !== undefined)('the first load is below 300 kB compressed', async () => {
  const dir = await ensurePageBuilt();
  const names = readdirSync(join(dir, 'assets')).filter((name) => !name.startsWith('rerun-worker'));
  expect(names.length).toBeGreaterThan(2);
  const sizes = names.map((name) => gzipSync(readFileSync(join(dir, 'assets', name))).length);
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(300_000);
});

let replayed: Promise<{ drive: string; results: string; frames: PerceptionFrame[] }> | undefined;

/** The first frames of the sample as a drive of their own, and what the rig says of them, by the command line. */
function replayedStretch(dir: string) {
  replayed ??= (async () => {
    const [drive, results] = [join(dir, 'stretch.mcap'), join(dir, 'results.mcap')];
    await writeStretch(drive);
    execFileSync(
      process.execPath,
      ['bin/windshield.js', 'replay', drive, '--lockstep', '--no-publish', '--out', results],
      { cwd: repoDir, stdio: 'pipe' },
    );
    const reader = await RecordingReader.open(results);
    const frames: PerceptionFrame[] = [];
    for await (const { data } of reader.messages({ topics: ['perception'] }))
      frames.push(fromBinary(PerceptionFrameSchema, data));
    await reader.close();
    return { drive, results, frames };
  })();
  return replayed;
}

/**
 * The first frames of the sample, as PNG: browser and rig decode JPEG by other libraries, whose pixels differ by a grey
 * level, and it is the networks' code that is compared here. With a mount, so that boxes have places on the road.
 */
async function writeStretch(path: string): Promise<void> {
  const reader = await RecordingReader.open(sampleDrive);
  const writer = await RecordingWriter.create(path);
  const mount = checkMount({ heightM: 1.35, pitchRad: 0.025 }, path);
  await writer.addMetadata(mountMetadataName, mountMetadata(mount));
  let pictures = 0;
  for await (const { topic, stampNs, data } of reader.messages()) {
    if (topic !== 'camera/image') {
      await writer.writeEncoded(topic as ChannelTopic, stampNs, data);
      continue;
    }
    if (pictures++ === comparedFrames) break;
    const image = fromBinary(CompressedImageSchema, data);
    const png = await encodePng(await decodeImage(image.data));
    await writer.write(
      topic,
      stampNs,
      create(CompressedImageSchema, { ...image, format: 'png', data: png }),
    );
  }
  await writer.close();
  await reader.close();
}

/** Within the bundles' tolerance of 0.002 on raw outputs: what that is on decoded ones. */
function expectSame(here: PerceptionFrame, rig: PerceptionFrame): void {
  expect(here.frameId).toBe(rig.frameId);
  expect(here.calibrationSha256).toBe(rig.calibrationSha256);
  expect(here.bundles).toEqual(rig.bundles);
  const named = ({ detections }: PerceptionFrame) =>
    detections.map(({ className, trackId }) => `${className} ${trackId}`);
  expect(named(here)).toEqual(named(rig));
  for (const [i, { score, boxPx }] of here.detections.entries()) {
    expect(Math.abs(score - rig.detections[i]!.score)).toBeLessThan(0.002);
    for (const edge of ['xMin', 'yMin', 'xMax', 'yMax'] as const)
      expect(Math.abs(boxPx![edge] - rig.detections[i]!.boxPx![edge])).toBeLessThan(0.1);
  }
  const isPlaced = ({ detections }: PerceptionFrame) =>
    detections.map(({ groundM }) => groundM !== undefined);
  expect(isPlaced(here)).toEqual(isPlaced(rig));
  const read = ({ signs }: PerceptionFrame) => signs.map(({ className }) => className);
  expect(read(here)).toEqual(read(rig));
  expect(Math.abs(here.steering!.angleRad - rig.steering!.angleRad)).toBeLessThan(0.001);
  expect(mapDifferenceShare(here.segmentation!, rig.segmentation!)).toBeLessThan(0.0005);
}
