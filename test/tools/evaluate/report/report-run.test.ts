import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Bundle } from '../../../../src/bundle/bundle.js';
import type { LabelledTask } from '../../../../src/bundle/manifest.js';
import { segmentationClasses } from '../../../../src/perception/classes.js';
import type { Dataset, RgbImage, SampleOf } from '../../../../tools/datasets/sample.js';
import { collectFindings } from '../../../../tools/evaluate/report/collect-findings.js';
import { startReport } from '../../../../tools/evaluate/report/report-run.js';
import { runEvaluation } from '../../../../tools/evaluate/run-evaluation.js';
import { rejection, writeFolder } from '../../datasets/dataset-builders.js';
import {
  detectionByQuarters,
  greyBundle,
  greyOfClass,
  segmentationByGrey,
  signsByGrey,
  steeringByBrightness,
} from '../grey-bundles.js';

const grey = (level: number, widthPx = 64, heightPx = 48): RgbImage => {
  return { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3).fill(level) };
};
/** Names that would be markup, were they not escaped. */
const hostile = '<img src=x onerror=alert(1)>&"';
const base = (index: number, image: RgbImage) => ({
  id: `${hostile} ${index}`,
  group: `${index}`,
  load: async () => image,
});
const road = segmentationClasses.indexOf('road');

/** Two samples of each task, one right and one wrong. */
const samples: { [T in LabelledTask]: SampleOf[T][] } = {
  signs: [
    { ...base(0, grey(greyOfClass(7, 5), 32, 32)), classId: 7 },
    { ...base(1, grey(greyOfClass(7, 5), 90, 90)), classId: 8 },
  ],
  segmentation: [10, 110].map((level, i) => ({
    ...base(i, grey(level)),
    loadClassMap: async () => new Uint8Array(64 * 48).fill(road, 0, 3000).fill(255, 3000),
  })),
  detection: [110, 10].map((level, i) => ({
    ...base(i, grey(level)),
    boxes: [{ className: 'car', boxXyxyPx: [0, 0, 32, 24], weight: 1 }],
  })),
  steering: [0, 0.1].map((steeringRad, i) => ({
    ...base(i, grey(50)),
    camera: 'centre',
    steeringRad,
  })),
};
const bundles: Record<LabelledTask, () => Promise<Bundle>> = {
  signs: () => greyBundle(signsByGrey()),
  segmentation: () => greyBundle(segmentationByGrey(['road', 'sky'])),
  detection: () => greyBundle(detectionByQuarters(0.5)),
  steering: () => greyBundle(steeringByBrightness(0.001)),
};

/** Evaluates the task's two samples and writes the report to a folder. */
async function writeReport<T extends LabelledTask>(task: T, run?: string) {
  const bundle = await bundles[task]();
  const folder = join(writeFolder({}), 'made for it');
  const dataset: Dataset<T> = {
    task,
    name: `drive ${hostile}`,
    licence: 'none',
    samples: [...samples[task]] as SampleOf[T][],
    problems: [{ where: hostile, reason: 'expected nothing, found something' }],
  };
  const report = await startReport(bundle, dataset, folder, run);
  const evaluation = await runEvaluation(bundle, dataset, { onObservation: report.observe });
  await report.write(evaluation);
  const [page, json] = report.paths.map((path) => readFileSync(path, 'utf8'));
  return { folder, evaluation, page: page!, json: JSON.parse(json!) };
}

const log = '{"step":10,"epoch":1,"loss":2,"learningRate":0.1,"metrics":{"accuracy":0.5}}\n';

describe.each(['signs', 'segmentation', 'detection', 'steering'] as const)(
  'the report of %s',
  (task) => {
    test('is a page that stands alone and its JSON', async () => {
      const { folder, evaluation, page, json } = await writeReport(
        task,
        writeFolder({ 'log.jsonl': log }),
      );
      expect(readdirSync(folder).sort()).toEqual([`${task}.html`, `${task}.json`]);

      // Nothing is loaded from anywhere, nothing runs.
      const loaded = [...page.matchAll(/\b(?:src|href)\s*=\s*"([^"]{0,24})/g)].map(([, to]) => to!);
      expect(loaded.length).toBeGreaterThan(0);
      for (const to of loaded) expect(to).toMatch(/^(#|data:image\/(png|jpeg);base64,)/);
      expect(page).not.toMatch(/<script|<link|@import|url\((?!#)|https?:\/\//);
      expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);

      // What names say stays text.
      expect(page).not.toContain('<img src=x');
      expect(page).toContain('drive &lt;img src=x onerror=alert(1)&gt;&amp;&quot;');
      expect(page).toContain('Left out: 1');
      expect(unclosed(page)).toEqual([]);
      expect(page).toContain('How it was trained');

      const { problems, notes, ...told } = evaluation;
      expect(json).toMatchObject({ ...told, problems, notes });
      expect(json.training.rows).toHaveLength(1);
      expect(Object.keys(json.details).length).toBeGreaterThan(3);
    });
  },
);

/** Names of elements that were opened and not closed, and what was closed instead. */
function unclosed(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const body = page.replaceAll(/<style>[\s\S]*?<\/style>/g, '');
  for (const [, end, name, attributes] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?:[^>"]|"[^"]*")*)>/gi,
  )) {
    if (['meta', 'img', 'br', '!doctype'].includes(name!.toLowerCase())) continue;
    if (end === '/') {
      const opened = open.pop();
      if (opened !== name) wrong.push(`${opened} by ${name}`);
    } else if (!attributes!.endsWith('/')) open.push(name!);
  }
  // These need no end in HTML.
  return [...wrong, ...open.filter((name) => name !== 'html')];
}

test('the same evaluation gives the same bytes', async () => {
  const [first, second] = [await writeReport('detection'), await writeReport('detection')];
  expect(second.page).toBe(first.page);
});

test('the page shows the mistake, not the sign that was read right', async () => {
  const { page, json } = await writeReport('signs');
  expect(json.details.worst).toMatchObject([{ truthId: 8, predictedId: 7, sameMistakes: 1 }]);
  expect(page).toContain('<b>speed limit 120</b>');
  expect(page.match(/<img src="data/g)).toHaveLength(1);
});

const emptyDrive: Dataset<'steering'> = {
  task: 'steering',
  name: 'made',
  licence: 'none',
  samples: [],
  problems: [],
};

test("a user's own signs are told by their names, without GTSRB's drawings", async () => {
  const grid = signsByGrey();
  const classes = ['zebra', 'ox', 'cow'];
  const decode = { ...grid.decode, classes } as typeof grid.decode;
  const bundle = await greyBundle(grid);
  const own = { ...bundle, manifest: { ...bundle.manifest, decode } };
  const collector = collectFindings(own, {
    ...emptyDrive,
    task: 'signs',
    samples: [],
    classes,
  });
  const sample = { ...base(0, grey(10)), classId: 0 };
  const logits = Float32Array.of(0, 5, 1);
  const boxXyxyPx: [number, number, number, number] = [0, 0, 9, 9];
  collector.observe({ sample, boxXyxyPx, logits, predictedId: 1, isAbstained: false });
  const { sections, details } = await collector.finish();
  const page = sections.map(({ note = '', body }) => note + body).join('');
  expect(page).toContain('zebra called ox: 1 of 1 (100 %)');
  expect(page).not.toMatch(/href="#sign|undefined|speed limit/);
  expect(details).toMatchObject({ classesWithoutExamples: ['ox', 'cow'] });
});

test('a place that cannot be written is refused before anything is scored, and nothing is left', async () => {
  const folder = writeFolder({ file: 'x', 'report.json/in-the-way': 'x' });
  const bundle = await bundles.steering();
  const places = [
    join(folder, 'no', 'folder.html'),
    join(folder, 'file'),
    join(folder, 'report.html'),
  ];
  for (const place of places)
    expect(await rejection(startReport(bundle, emptyDrive, place))).toMatchObject({
      code: 'ERR_OUTPUT',
    });
  expect(readdirSync(folder).sort()).toEqual(['file', 'report.json']);
});

test('a report that is given up leaves nothing, and what stood there before stays', async () => {
  const folder = writeFolder({ 'steering.html': 'old' });
  const report = await startReport(await bundles.steering(), emptyDrive, folder);
  await report.abort();
  expect(readdirSync(folder)).toEqual(['steering.html']);
  expect(readFileSync(join(folder, 'steering.html'), 'utf8')).toBe('old');
});

test('a picture that has gone since it was scored costs the picture, not the report', async () => {
  const bundle = await bundles.steering();
  let loads = 0;
  const sample = {
    ...samples.steering[1]!,
    load: async () => {
      loads++;
      if (loads > 1) throw new Error('gone');
      return grey(50);
    },
  };
  const dataset: Dataset<'steering'> = {
    task: 'steering',
    name: 'made',
    licence: 'none',
    samples: [sample],
    problems: [],
  };
  const report = await startReport(bundle, dataset, join(writeFolder({}), 'r.html'));
  await report.write(await runEvaluation(bundle, dataset, { onObservation: report.observe }));
  expect(readFileSync(report.paths[0]!, 'utf8')).toContain('Worst frames');
});
