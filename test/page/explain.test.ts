import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Explainer } from '../../page/explain/explainer.js';
import type { Bundle } from '../../src/bundle/bundle.js';
import { saliencyAt } from '../../src/explanation/saliency-map.js';
import { NativeSession } from '../../src/inference/native-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { explainPicture } from '../../tools/explain/explain-picture.js';
import { frameAt } from '../../tools/explain/frame-at.js';
import {
  launchBrowser,
  openPage,
  repoDir,
  sampleDrive,
  seriousFaults,
  startLooking,
  whyNoBrowser,
} from './browser.js';

test('the page’s heat is the map of windshield explain, brought to the whole frame', async () => {
  const bundle = await readBundleFolder(`${repoDir}/models/steering-rendered`);
  const picture = await frameAt(sampleDrive, 6);
  const explainer: Explainer = new Explainer(
    {
      createSession: (asked) => createNetworkSession(asked, { providers: ['cpu'] }),
      createWatched: async (network, { manifest, where }) => {
        const session = NativeSession.load(network, where);
        const { name, shape } = manifest.input.tensor;
        const dims = shape.map(Number);
        return {
          run: async (data) => {
            const feed = { [name]: { type: 'float32' as const, dims, data } };
            const names = explainer.watchedNames('steering');
            return session.answer(feed, [...names]) as Record<
              string,
              { dims: readonly number[]; data: Float32Array }
            >;
          },
        };
      },
    },
    [bundle],
  );
  expect(explainer.explainable).toEqual([
    { task: 'steering', methods: ['visual-backprop', 'occlusion'] },
  ]);
  const { answer, heat } = await explainer.explain({
    task: 'steering',
    method: 'visual-backprop',
    picture,
    camera: undefined,
    onProgress: async () => {},
  });
  const whole = await explainPicture({
    bundle,
    picture,
    camera: undefined,
    method: 'visual-backprop',
  });
  expect(answer).toBe(whole.answer);
  const [left, top, right, bottom] = bundle.manifest.input.spec.regionNorm;
  const differences = Array.from(heat.values, (value, i) => {
    const x = ((i % heat.columns) + 0.5) / heat.columns;
    const y = (Math.floor(i / heat.columns) + 0.5) / heat.rows;
    const place = [(x - left) / (right - left), (y - top) / (bottom - top)] as const;
    return Math.abs(value - 255 * saliencyAt(whole.map, ...place));
  });
  expect(Math.max(...heat.values)).toBeGreaterThan(150);
  expect(Math.max(...differences)).toBeLessThanOrEqual(2);
});

test('VisualBackProp is not offered for a network that sees crops of another one’s boxes', async () => {
  const { manifest, ...rest } = await readBundleFolder(`${repoDir}/models/steering-rendered`);
  const crops = { ...rest, manifest: { ...manifest, task: 'signs' } } as Bundle;
  const { explainable } = new Explainer({} as never, [crops]);
  expect(explainable).toEqual([{ task: 'signs', methods: ['occlusion'] }]);
});

describe.skipIf(whyNoBrowser !== undefined)(`the player in Chromium ${whyNoBrowser ?? ''}`, () => {
  let browser: Browser;
  let looking: Awaited<ReturnType<typeof startLooking>>;
  let page: Page;
  let faults: string[];
  /** Brightness of the frame shown, without a heat map. */
  let plain: number;

  beforeAll(async () => {
    [browser, looking] = await Promise.all([
      launchBrowser(),
      startLooking(['explain', sampleDrive, '--view', '--port', '0']),
    ]);
    ({ page, faults } = await openPage(browser, `${looking.url}/#at=6`));
    await page.locator('.time', { hasText: /^6\.00 / }).waitFor();
    await page.locator('.picture canvas').waitFor();
    plain = await brightness();
  });
  afterAll(async () => {
    await browser.close();
    expect(await looking.stop()).toBe(0);
    expect(faults).toEqual([]);
  });

  const said = async () => (await page.locator('#explained').textContent()) ?? '';
  const ask = async (task: string, method: string) => {
    await page.locator('.explain select').first().selectOption(task);
    const by = page.locator('.explain select').nth(1);
    await by.locator(`option[value=${method}]`).waitFor({ state: 'attached' });
    await by.selectOption(method);
  };
  const answerIs = (words: RegExp) => expect.poll(said).toMatch(words);
  /** Mean of all levels: a heat map lies over a picture that is dimmed. */
  const brightness = () =>
    page.locator('.picture canvas').evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext('2d')!;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((sum, level, i) => sum + (i % 4 === 3 ? 0 : level), 0) / data.length;
    });

  test.each([
    ['steering', 'visual-backprop', /^steers \d/],
    ['signs', 'occlusion', /^[^:]+: [01]\.\d\d$/],
    ['steering', 'gradient', /^steers \d/],
    ['signs', 'integrated', /^[^:]+: [01]\.\d\d$/],
    ['detection', 'grad-cam', /\d/],
  ])('%s by %s lies over the frame shown', async (task, method, words) => {
    await page.locator('.explain select').first().selectOption('');
    await expect.poll(() => page.locator('#explained').count()).toBe(0);
    // The picture is drawn again a moment after the question is gone.
    await expect.poll(brightness).toBeCloseTo(plain, 1);
    await ask(task, method);
    await answerIs(words);
    await expect.poll(brightness).toBeLessThan(plain * 0.85);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('a search says how far it is, and gives way to the next question', async () => {
    await ask('detection', 'occlusion');
    await answerIs(/^\d+ of \d+ places covered$/);
    await ask('steering', 'occlusion');
    await answerIs(/^steers \d/);
  });

  test('VisualBackProp goes with the drive while it plays', async () => {
    await ask('steering', 'visual-backprop');
    await answerIs(/^steers \d/);
    const before = await brightness();
    await page.locator('h1').click();
    await page.keyboard.press(' ');
    const time = async () => Number.parseFloat((await page.locator('.time').textContent())!);
    await expect.poll(time).toBeGreaterThan(6.5);
    expect(await said()).toMatch(/^steers \d/);
    expect(await brightness()).toBeLessThan(before * 1.3);
    await page.keyboard.press(' ');
  });
});
