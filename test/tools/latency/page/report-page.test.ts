import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FrameTiming } from '../../../../tools/latency/frame-timing.js';
import { buildLatencyReport } from '../../../../tools/latency/latency-report.js';
import {
  compactFrames,
  expandFrames,
  thinFrames,
} from '../../../../tools/latency/page/compact-frames.js';
import { histogramSvg } from '../../../../tools/latency/page/histogram-svg.js';
import { timelineSvg } from '../../../../tools/latency/page/timeline-svg.js';
import { writeReportPage } from '../../../../tools/latency/page/write-report-page.js';
import type { Lineage } from '../../../../tools/latency/read-lineage.js';
import { ticksBetween } from '../../../../tools/page/svg.js';

const lane = 'steering+detection';
const frameOf = (frameId: number, publishMs: number): FrameTiming => ({
  frameId,
  captureMs: frameId * 50,
  arrivalMs: 1,
  publishMs,
  stages: [
    {
      stage: 'steering',
      lane,
      dispatchMs: 1,
      startMs: 2,
      preprocessEndMs: 3,
      inferenceEndMs: 5,
      endMs: 6,
    },
    {
      stage: 'detection',
      lane,
      dispatchMs: 1,
      startMs: 6,
      preprocessEndMs: 8,
      inferenceEndMs: 18,
      endMs: publishMs - 1,
    },
  ],
  absent: [{ stage: 'segmentation', state: 'skipped', reason: 'degraded' }],
  mode: frameId === 6 ? 'half' : '',
});
const frames = [25, 40, 21, 30, 90, 26].map((publishMs, index) =>
  frameOf(index < 3 ? index : index + 2, publishMs),
);
const lineage: Lineage = {
  path: '/drives/<b>night & rain</b>.mcap',
  facts: { source: 'a "drive"', pacing: 'realtime' },
  loss: { isComplete: false, cutBytes: 12, damagedChunks: 0, undecodable: 0, withoutTiming: 0 },
  framesIn: 8,
  frames,
  drops: { overtaken: 2 },
  states: new Map(
    ['steering', 'detection', 'segmentation'].map((stage) => [
      stage,
      {
        ok: stage === 'segmentation' ? 0 : 6,
        skipped: stage === 'segmentation' ? 6 : 0,
        late: 0,
        failed: 0,
      },
    ]),
  ),
  skips: new Map([['segmentation', { degraded: 6 }]]),
  providers: new Map([['steering', 'cpu']]),
};

let dir: string;
let page: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-page-'));
  await writeReportPage(join(dir, 'report.html'), buildLatencyReport(lineage, 50), frames);
  page = await readFile(join(dir, 'report.html'), 'utf8');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The words of the page, piece by piece. */
const textsIn = (html: string) =>
  [...html.matchAll(/>([^<>]+)</g)].map(([, text]) => text!.trim()).filter((text) => text !== '');

test('the page stands alone: nothing in it is loaded from anywhere', () => {
  const loaded = page.match(/\b(src|href)\s*=|@import|url\((?!#)|https?:|import\(/g);
  expect(loaded).toBeNull();
});

test('the page shows the median and the slowest frame before any script runs', () => {
  const drawn = page.replaceAll(/<script[\s\S]*?<\/script>/g, '');
  expect(textsIn(drawn)).toEqual(
    expect.arrayContaining(['median: frame 7, 26.0 ms', 'slowest: frame 6, 90.0 ms']),
  );
  const timelines = [...drawn.matchAll(/aria-label="Timeline of frame (\d+)"/g)];
  expect(timelines.map(([, frameId]) => frameId)).toEqual(['7', '6']);
});

test('what names say stays text', () => {
  expect(textsIn(page).filter((text) => text.includes('night'))).toEqual([
    '/drives/&lt;b&gt;night &amp; rain&lt;/b&gt;.mcap, of a &quot;drive&quot;, realtime',
  ]);
});

test('the page says what was lost, of frames and of the recording', () => {
  const texts = textsIn(page);
  expect(texts).toContain('dropped: overtaken: 2 (25.0 %)');
  expect(texts).toContain('50 ms: 1 of 6 missed (16.7 %)');
  expect(texts.filter((text) => text.includes('cut off'))).toHaveLength(1);
});

test('the page carries light and dark', () => {
  const style = page.match(/<style>([\s\S]*?)<\/style>/)![1]!;
  expect(style).toContain('color-scheme: light dark');
  // Every colour has a name, and every name a second value in the dark.
  const names = (css: string) => [...css.matchAll(/(--[a-z]+): #/g)].map(([, name]) => name);
  const [light, dark] = style.split('@media (prefers-color-scheme: dark)');
  expect(names(dark!)).toEqual(names(light!));
  expect(style.replaceAll(/--[a-z]+: #[0-9a-f]{6}/g, '')).not.toMatch(/#[0-9a-f]{3,6}\b/i);
});

test('every element that is opened is closed', () => {
  const body = page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '');
  const open: string[] = [];
  for (const [, end, name, attributes] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?:[^>"]|"[^"]*")*)>/gi,
  )) {
    if (['meta', 'input', '!doctype'].includes(name!.toLowerCase())) continue;
    if (end === '/') expect(open.pop()).toBe(name);
    else if (!attributes!.endsWith('/')) open.push(name!);
  }
  expect(open).toEqual([]);
});

test('the script of the page draws any frame as the page itself does', () => {
  const script = page.match(/<script>([\s\S]*)<\/script>/)![1]!;
  const dom = pretendedPage(page);
  runInNewContext(script, { document: dom.document });
  expect(dom.caption()).toBe('median: frame 7, 26.0 ms');
  dom.click('slowest');
  expect(dom.caption()).toBe('p95, p99, slowest: frame 6, 90.0 ms, held back: half');
  const places = [
    ['steering', lane],
    ['detection', lane],
    ['segmentation', ''],
  ] as const;
  expect(dom.drawing()).toBe(timelineSvg(frames[4]!, places));
  dom.click('previous');
  expect(dom.drawing()).toBe(timelineSvg(frames[3]!, places));
});

test('a button shows its frame, though another life of the run has a frame of the same number', async () => {
  const lives = [frameOf(0, 25), frameOf(1, 26), { ...frameOf(1, 90), captureMs: 9000 }];
  const path = join(dir, 'lives.html');
  await writeReportPage(path, buildLatencyReport({ ...lineage, frames: lives }), lives);
  const html = await readFile(path, 'utf8');
  await rm(path);
  const dom = pretendedPage(html);
  runInNewContext(html.match(/<script>([\s\S]*)<\/script>/)![1]!, { document: dom.document });
  dom.click('slowest');
  expect(dom.caption()).toBe('p95, p99, slowest: frame 1, 90.0 ms');
});

test('where the page cannot be written nothing is left', async () => {
  const report = buildLatencyReport(lineage);
  await expect(writeReportPage(join(dir, 'no', 'r.html'), report, frames)).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
  });
  expect(await readdir(dir)).toEqual(['report.html']);
});

test('frames survive the way into the page to the microsecond', () => {
  const ms = fc.integer({ min: 0, max: 5_000_000 }).map((us) => us / 1000);
  const span = fc.record({
    stage: fc.constantFrom('steering', 'signs'),
    lane: fc.constantFrom('a', 'b'),
    dispatchMs: ms,
    startMs: ms,
    preprocessEndMs: ms,
    inferenceEndMs: ms,
    endMs: ms,
  });
  const absent = fc.record({
    stage: fc.constant('detection'),
    state: fc.constantFrom('late' as const, 'skipped' as const),
    reason: fc.constantFrom('', 'overtaken'),
  });
  const frame = fc.record({
    frameId: fc.nat(),
    captureMs: ms,
    arrivalMs: ms,
    publishMs: ms,
    stages: fc.array(span, { maxLength: 4 }),
    absent: fc.array(absent, { maxLength: 2 }),
    mode: fc.constantFrom('', 'half'),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), (input) => {
      const carried = JSON.parse(JSON.stringify(compactFrames(input)));
      expect(expandFrames(carried)).toEqual(input);
    }),
  );
});

test('of too many frames the slowest, and those that are always wanted, are kept in order', () => {
  const many = Array.from({ length: 1000 }, (_, id) =>
    frameOf(id, id === 613 ? 99 : 20 + (id % 7)),
  );
  const thin = thinFrames(many, 100, [many[77]!]);
  expect(thin.length).toBeLessThanOrEqual(101);
  expect(thin.length).toBeGreaterThan(80);
  const ids = thin.map(({ frameId }) => frameId);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(ids).toContain(613);
  expect(ids).toContain(77);
  expect(thinFrames(many, 1000)).toBe(many);
});

test('a histogram counts every value once, those far beyond the rest in a bar of their own', () => {
  const counted = (values: number[]) => {
    const svg = histogramSvg(values, { title: 't', widthPx: 440, heightPx: 150 });
    expect(svg).not.toContain('NaN');
    return [...svg.matchAll(/<title>(\d+) of/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      (values) => {
        expect(counted(values)).toBe(values.length);
      },
    ),
  );
  expect(counted([0.9999999999999999, 0.9999999999999999])).toBe(2);
  const tailed = [...Array.from({ length: 500 }, (_, i) => 20 + (i % 10)), 400];
  expect(counted(tailed)).toBe(501);
  expect(histogramSvg(tailed, { title: 't', widthPx: 440, heightPx: 150 })).toContain(
    'of more than',
  );
});

test('ticks are round, lie inside and are about as many as asked for', () => {
  expect(ticksBetween(0, 1, 4)).toEqual([0, 0.5, 1]);
  // A range that is finer than numbers of its size can be told apart must come to an end.
  expect(ticksBetween(0.9999999999999999, 1, 4).length).toBeLessThanOrEqual(9);
  expect(ticksBetween(1e17, 1e17 + 16, 6).length).toBeLessThanOrEqual(13);
  expect(ticksBetween(0, 0.6, 6)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e5, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
      (low, length) => {
        const ticks = ticksBetween(low, low + length, 6);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(low - length * 1e-6);
          expect(tick).toBeLessThanOrEqual((low + length) * (1 + 1e-6));
        }
      },
    ),
  );
});

/** As much of a document as the page's script touches. */
function pretendedPage(html: string) {
  type Listener = (event: unknown) => void;
  const make = (textContent = '', dataset: Record<string, string> = {}) => {
    const listeners = new Map<string, Listener>();
    return {
      textContent,
      dataset,
      innerHTML: '',
      value: '',
      checked: false,
      listeners,
      setAttribute() {},
      removeAttribute() {},
      addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
    };
  };
  const jsonOf = (id: string) => html.match(new RegExp(`id="${id}">([\\s\\S]*?)</script>`))![1]!;
  const buttons = [
    ...html.matchAll(/<button type="button" data-(frame|step)="(-?\d+)">(\w+)</g),
  ].map(([, kind, value, name]) => make(name, { [kind!]: value! }));
  const elements = new Map<string, ReturnType<typeof make>>([
    ['#frames', make(jsonOf('frames'))],
    ['#places', make(jsonOf('places'))],
    ['#drive', make('', { lengthMs: '1000' })],
  ]);
  const document = {
    querySelector(selector: string) {
      if (!elements.has(selector)) elements.set(selector, make());
      return elements.get(selector);
    },
    querySelectorAll: (selector: string) =>
      buttons.filter(({ dataset }) => dataset[/data-(\w+)/.exec(selector)![1]!] !== undefined),
  };
  document.querySelector('#frame-number')!.value = /id="frame-number" value="(\d+)"/.exec(
    html,
  )![1]!;
  return {
    document,
    caption: () => elements.get('#chosen-caption')!.textContent,
    drawing: () => elements.get('#chosen')!.innerHTML,
    click: (name: string) =>
      buttons.find(({ textContent }) => textContent === name)!.listeners.get('click')!({}),
  };
}
