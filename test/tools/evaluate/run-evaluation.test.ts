import { expect, test } from 'vitest';
import { segmentationClasses } from '../../../src/perception/classes.js';
import type {
  Dataset,
  DetectionSample,
  RgbImage,
  SegmentationSample,
  SignSample,
  SteeringSample,
} from '../../../tools/datasets/sample.js';
import { manifestScores } from '../../../tools/evaluate/evaluation.js';
import type { ObservationOf } from '../../../tools/evaluate/observation.js';
import { runEvaluation } from '../../../tools/evaluate/run-evaluation.js';
import {
  detectionByQuarters,
  greyBundle,
  greyOfClass,
  segmentationByGrey,
  signsByGrey,
  steeringByBrightness,
} from './grey-bundles.js';

/** A picture painted pixel by pixel with a grey level. */
function paint(
  widthPx: number,
  heightPx: number,
  grey: (x: number, y: number) => number,
): RgbImage {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let i = 0; i < widthPx * heightPx; i++) {
    data.fill(grey(i % widthPx, Math.floor(i / widthPx)), i * 3, i * 3 + 3);
  }
  return { widthPx, heightPx, data };
}

const base = (id: number, image: RgbImage) => ({
  id: `${id}`,
  group: `${id}`,
  load: async () => image,
});
const empty = { name: 'made', licence: 'none', problems: [] };

const steeringData = (angles: { grey: number; steeringRad: number }[]): Dataset<'steering'> => ({
  ...empty,
  task: 'steering',
  samples: angles.map(
    ({ grey, steeringRad }, id): SteeringSample => ({
      ...base(
        id,
        paint(20, 10, () => grey),
      ),
      camera: 'centre',
      steeringRad,
    }),
  ),
});

test('steering is scored in radians under the limit on the value', async () => {
  const bundle = await greyBundle(steeringByBrightness(0.002));
  // 200 is 0.4 rad at the limit; 250 would be 0.5 and is held at 0.4.
  const data = steeringData([
    { grey: 100, steeringRad: 0.2 },
    { grey: 50, steeringRad: 0.0 },
    { grey: 250, steeringRad: 0.5 },
  ]);
  const { metrics, count, task, data: name, bundle: tag } = await runEvaluation(bundle, data);
  expect([task, name, count]).toEqual(['steering', 'made', 3]);
  expect(tag).toMatch(/^grey-steering 1\.0\.0 sha256:[0-9a-f]{64}$/);
  expect(metrics.maeRad).toBeCloseTo((0 + 0.1 + 0.1) / 3, 5);
  expect(metrics.rmseRad).toBeCloseTo(Math.sqrt(0.02 / 3), 5);
});

test('a score on data that the bundle learnt from is called that', async () => {
  const bundle = await greyBundle(steeringByBrightness(0.002));
  const data = steeringData([{ grey: 100, steeringRad: 0.2 }]);
  expect((await runEvaluation(bundle, data)).notes).toEqual([]);
  const { manifest } = bundle;
  const learnt = { name: 'made', count: 1, licence: 'none' };
  const training = { ...manifest.training, data: [learnt] };
  const own = await runEvaluation({ ...bundle, manifest: { ...manifest, training } }, data);
  expect(own.notes.join()).toContain('the bundle was trained on made');
});

test('signs are scored as the rig reads them: the whole crop, stretched', async () => {
  const bundle = await greyBundle(signsByGrey());
  const classIds = [0, 7, 14, 42];
  const samples = classIds.map((classId, id): SignSample => {
    const grey = greyOfClass(classId, 5);
    return {
      ...base(
        id,
        paint(40 + id, 50, () => grey),
      ),
      classId,
    };
  });
  samples.push({
    ...base(
      9,
      paint(33, 33, () => greyOfClass(20, 5)),
    ),
    classId: 21,
  });
  samples.push({
    ...base(
      10,
      paint(33, 33, () => greyOfClass(20, 5)),
    ),
    classId: 30,
  });
  const { metrics, count } = await runEvaluation(bundle, { ...empty, task: 'signs', samples });
  expect(count).toBe(6);
  expect(metrics.accuracy).toBeCloseTo(4 / 6, 10);
  expect(metrics.top5).toBeCloseTo(5 / 6, 10);
});

test('the margin of the bundle neither cuts a crop that has its own nor reaches beyond it', async () => {
  const bundle = await greyBundle(signsByGrey());
  // 64 x 64 with a frame of 8 px: 28/64 of the pixels are 10, the rest 138, in the mean 82 (class 14 is 80).
  const crop = paint(64, 64, (x, y) => (Math.min(x, y, 63 - x, 63 - y) < 8 ? 10 : 138));
  const sample: SignSample = { ...base(0, crop), classId: 14 };
  const { metrics } = await runEvaluation(bundle, { ...empty, task: 'signs', samples: [sample] });
  expect(metrics.accuracy).toBe(1);
});

test('a sign in a whole frame is cut out with the margin of the bundle', async () => {
  const bundle = await greyBundle(signsByGrey());
  // The box of 40 px grows by 10 % a side to the 48 px that carry the grey of class 11.
  const frame = paint(200, 100, (x, y) =>
    x >= 56 && x < 104 && y >= 26 && y < 74 ? greyOfClass(11, 5) : 255,
  );
  const sample: SignSample = { ...base(0, frame), classId: 11, boxXyxyPx: [60, 30, 100, 70] };
  const { metrics } = await runEvaluation(bundle, { ...empty, task: 'signs', samples: [sample] });
  expect(metrics).toEqual({ accuracy: 1, top5: 1 });
});

test("segmentation is scored at the labels' size, by class name, without void", async () => {
  // The bundle's classes come in another order than ours: 10 is road, 110 sky.
  const bundle = await greyBundle(segmentationByGrey(['road', 'sky']));
  const [road, sky] = [segmentationClasses.indexOf('road'), segmentationClasses.indexOf('sky')];
  const image = paint(16, 8, (_, y) => (y < 4 ? 110 : 10));
  // Truth: the upper half is sky, but its left column's labels are void and one row of road is called sky.
  const truth = Uint8Array.from({ length: 128 }, (_, i) => {
    const [x, y] = [i % 16, Math.floor(i / 16)];
    return x === 0 ? 255 : y < 5 ? sky : road;
  });
  const sample: SegmentationSample = { ...base(0, image), loadClassMap: async () => truth };
  const { metrics } = await runEvaluation(bundle, {
    ...empty,
    task: 'segmentation',
    samples: [sample],
  });
  // Sky: 60 right, 15 missed. Road: 45 right, 15 wrongly so.
  expect(metrics.perClass['sky']).toBeCloseTo(60 / 75, 10);
  expect(metrics.perClass['road']).toBeCloseTo(45 / 60, 10);
  expect(metrics.mIoU).toBeCloseTo((60 / 75 + 45 / 60) / 2, 10);
  expect(metrics.pixelAccuracy).toBeCloseTo(105 / 120, 10);
  expect(Object.keys(metrics.perClass).sort()).toEqual(['road', 'sky']);
});

const quarterCars = (
  boxes: DetectionSample['boxes'],
  widthPx = 64,
  heightPx = 48,
): DetectionSample => ({
  ...base(
    0,
    paint(widthPx, heightPx, (x, y) => (x < widthPx / 2 && y < heightPx / 2 ? 110 : 10)),
  ),
  boxes,
});

test('detection is scored in pixels of pictures of any size', async () => {
  const bundle = await greyBundle(detectionByQuarters(0.5));
  const samples = [
    quarterCars([{ className: 'car', boxXyxyPx: [0, 0, 32, 24], weight: 1 }]),
    quarterCars([{ className: 'car', boxXyxyPx: [0, 0, 100, 50], weight: 1 }], 200, 100),
  ];
  const { metrics, count } = await runEvaluation(bundle, { ...empty, task: 'detection', samples });
  expect(count).toBe(2);
  expect(metrics).toEqual({
    mAP50: 1,
    perClass: { car: { ap50: 1, precision: 1, recall: 1, count: 2 } },
  });
});

test('a sample that does not load costs itself and is counted', async () => {
  const bundle = await greyBundle(steeringByBrightness(0.002));
  const data = steeringData([
    { grey: 50, steeringRad: 0.1 },
    { grey: 90, steeringRad: 0.1 },
  ]);
  data.samples[0]!.load = () => Promise.reject(new Error('expected a picture, found none'));
  const { count, problems } = await runEvaluation(bundle, data);
  expect(count).toBe(1);
  expect(problems).toEqual([{ where: '0', reason: 'expected a picture, found none' }]);
  expect(data.problems).toEqual([]);
});

test('labels that say nothing of a network cost their sample and are counted', async () => {
  const bundle = await greyBundle(segmentationByGrey(['road', 'sky']));
  const image = paint(8, 4, () => 10);
  const road = segmentationClasses.indexOf('road');
  const labelled = (id: number, classId: number): SegmentationSample => ({
    ...base(id, image),
    loadClassMap: async () => new Uint8Array(32).fill(classId),
  });
  const samples = [labelled(0, road), labelled(1, 255), labelled(2, 11)];
  const data = { ...empty, task: 'segmentation' as const, samples };
  const { count, metrics, problems } = await runEvaluation(bundle, data);
  expect([count, metrics.mIoU]).toEqual([1, 1]);
  expect(problems).toEqual([
    { where: '1', reason: 'expected a labelled pixel, found only void' },
    { where: '2', reason: 'expected labels of 0 to 10 or 255 (void), found 11' },
  ]);
});

test('a sign of a class that there is not costs itself and is counted', async () => {
  const bundle = await greyBundle(signsByGrey());
  const crop = (id: number, classId: number): SignSample => ({
    ...base(
      id,
      paint(40, 40, () => greyOfClass(5, 5)),
    ),
    classId,
  });
  const data = {
    ...empty,
    task: 'signs' as const,
    samples: [crop(0, 5), crop(1, 43), crop(2, -1)],
  };
  const { count, metrics, problems } = await runEvaluation(bundle, data);
  expect([count, metrics.accuracy]).toEqual([1, 1]);
  expect(problems.map(({ reason }) => reason)).toEqual([
    'expected a class of 0 to 42, found 43',
    'expected a class of 0 to 42, found -1',
  ]);
});

test('a true box outside its picture is counted and cannot be missed', async () => {
  const bundle = await greyBundle(detectionByQuarters(0.5));
  const samples = [
    quarterCars([
      { className: 'car', boxXyxyPx: [0, 0, 32, 24], weight: 1 },
      { className: 'car', boxXyxyPx: [100, 0, 132, 24], weight: 1 },
      { className: 'lorry', boxXyxyPx: [0, 24, 32, 48], weight: 1 },
    ]),
  ];
  const data = { ...empty, task: 'detection' as const, samples };
  const { metrics, problems, notes } = await runEvaluation(bundle, data);
  expect(metrics.perClass['car']).toEqual({ ap50: 1, precision: 1, recall: 1, count: 1 });
  expect(problems).toEqual([
    {
      where: '0',
      reason: 'expected boxes inside 64x48 pixels, found car at 100, 0, 132, 24; left out',
    },
  ]);
  expect(notes).toEqual(['the bundle has no class lorry: its average precision counts as 0']);
});

test('a network that answers no number is not scored', async () => {
  const bundle = await greyBundle(steeringByBrightness(0.002));
  const { decode } = bundle.manifest;
  const broken = {
    ...bundle,
    manifest: {
      ...bundle.manifest,
      decode: { ...decode, radPerUnit: Number.NaN } as typeof decode,
    },
  };
  const data = steeringData([{ grey: 50, steeringRad: 0.1 }]);
  await expect(runEvaluation(broken, data)).rejects.toMatchObject({
    code: 'ERR_INFERENCE',
    message: 'grey: expected finite numbers for 0, found NaN',
  });
});

test('whoever asks sees every scored sample', async () => {
  const bundle = await greyBundle(signsByGrey());
  const samples = [7, 9].map(
    (classId, id): SignSample => ({
      ...base(
        id,
        paint(32, 32, () => greyOfClass(classId, 5)),
      ),
      classId: 7,
    }),
  );
  const seen: ObservationOf['signs'][] = [];
  const data = { ...empty, task: 'signs' as const, samples };
  await runEvaluation(bundle, data, { onObservation: (observation) => seen.push(observation) });
  expect(seen.map(({ sample, predictedId }) => [sample.id, predictedId])).toEqual([
    ['0', 7],
    ['1', 9],
  ]);
  // Each has its own logits: the session's array is used again.
  expect(seen.map(({ logits }) => logits.indexOf(Math.max(...logits)))).toEqual([7, 9]);
});

test('when nothing loads there is no score but an error with the first reason', async () => {
  const bundle = await greyBundle(steeringByBrightness(0.002));
  const data = steeringData([{ grey: 50, steeringRad: 0.1 }]);
  data.samples[0]!.load = () => Promise.reject(new Error('broken'));
  await expect(runEvaluation(bundle, data)).rejects.toMatchObject({
    code: 'ERR_DATASET',
    message: expect.stringContaining('0: broken'),
  });
});

test('a limit takes samples from the whole data set', async () => {
  const bundle = await greyBundle(steeringByBrightness(0.002));
  // The first half of the drive is right, the second wrong by 0.1 rad.
  const angles = Array.from({ length: 10 }, (_, i) => ({
    grey: 10 * i,
    steeringRad: 0.02 * i + (i < 5 ? 0 : 0.1),
  }));
  const { count, metrics } = await runEvaluation(bundle, steeringData(angles), { limit: 2 });
  expect(count).toBe(2);
  expect(metrics.maeRad).toBeCloseTo(0.05, 5);
});

test('a bundle of another task is refused', async () => {
  const bundle = await greyBundle(signsByGrey());
  await expect(runEvaluation(bundle, steeringData([]))).rejects.toMatchObject({
    code: 'ERR_USAGE',
  });
});

test('a network without a class that we know is refused before anything is scored', async () => {
  const bundle = await greyBundle(segmentationByGrey(['ice', 'lava']));
  const data: Dataset<'segmentation'> = { ...empty, task: 'segmentation', samples: [] };
  await expect(runEvaluation(bundle, data)).rejects.toMatchObject({
    code: 'ERR_BUNDLE',
    message: expect.stringContaining('found ice, lava'),
  });
});

test('scores become flat numbers for a manifest', () => {
  const perClass = { car: { ap50: 0.5, precision: 1, recall: 0.25, count: 4 } };
  expect(manifestScores({ metrics: { mAP50: 0.5, perClass } })).toEqual({
    mAP50: 0.5,
    'car.ap50': 0.5,
    'car.precision': 1,
    'car.recall': 0.25,
    'car.count': 4,
  });
});

test('the doubt of independent labels is about the set of labels, not about its surest label', async () => {
  const logit = Math.log(0.1 / 0.9);
  const { decode, ...network } = signsByGrey(['red', 'left']);
  const bundle = await greyBundle({
    ...network,
    decode: { ...decode, answers: 'labels' } as typeof decode,
    // Each label has a probability of 0.1 on every picture: none of the two 0.81.
    build(graph, input) {
      const mean = graph.node('GlobalAveragePool', [input]);
      const kernel = graph.constant('kernel', [2, 3, 1, 1], new Float32Array(6));
      const bias = graph.constant('bias', [2], Float32Array.of(logit, logit));
      graph.node('Flatten', [graph.node('Conv', [mean, kernel, bias])], {}, 'logits');
    },
  });
  const crop = paint(32, 32, () => 50);
  const samples = Array.from(
    { length: 20 },
    (_, id): SignSample => ({ ...base(id, crop), classId: 0 }),
  );
  const dataset: Dataset<'signs'> = { ...empty, task: 'signs', samples, classes: ['none', 'red'] };
  const { metrics, doubt } = await runEvaluation(bundle, dataset);
  expect(metrics.accuracy).toBe(1);
  expect(doubt!.ece).toBeCloseTo(0.19, 3);
});
