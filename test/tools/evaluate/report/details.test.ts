import { expect, test } from 'vitest';
import type { DetectionOutputSpec, SignsOutputSpec } from '../../../../src/bundle/output-spec.js';
import { segmentationClasses, signClasses } from '../../../../src/perception/classes.js';
import type { ObservationOf } from '../../../../tools/evaluate/observation.js';
import { detectionDetails } from '../../../../tools/evaluate/report/detection-details.js';
import { SegmentationTally } from '../../../../tools/evaluate/report/segmentation-details.js';
import { collectSegmentation } from '../../../../tools/evaluate/report/segmentation-report.js';
import { signsDetails } from '../../../../tools/evaluate/report/signs-details.js';
import { steeringDetails } from '../../../../tools/evaluate/report/steering-details.js';
import { worstFirst } from '../../../../tools/evaluate/report/worst-first.js';
import { ourJudgedClasses } from '../../../../tools/evaluate/segmentation-scores.js';

const sampleBase = (id: string, group = id) => ({
  id,
  group,
  load: () => Promise.reject(new Error('not asked for')),
});

/** A sign whose class `predictedId` is ahead of all others by `lead`. */
function sign(
  classId: number,
  predictedId: number,
  lead: number,
  group: string,
): ObservationOf['signs'] {
  const logits = new Float32Array(signClasses.length);
  logits[predictedId] = lead;
  return {
    sample: { ...sampleBase(`${classId}`, group), classId },
    boxXyxyPx: [0, 0, 1, 1],
    logits,
    predictedId,
    isAbstained: lead < 3,
  };
}
const decode = { temperature: 2, abstainBelow: 0.5 } as SignsOutputSpec;

test('signs: classes, abstention and confusion of a worked example', () => {
  const seen = [sign(1, 1, 9, 'a'), sign(1, 1, 9, 'a'), sign(1, 2, 1, 'b'), sign(2, 2, 9, 'b')];
  const details = signsDetails(seen, decode);
  // 30 km/h: 2 of 3 found, nothing else called so: F1 4/5. 50 km/h: 1 of 1, and one wrongly: F1 2/3.
  expect(details.classes).toEqual([
    { name: 'speed_limit_30', count: 3, precision: 1, recall: 2 / 3, f1: 0.8 },
    { name: 'speed_limit_50', count: 1, precision: 0.5, recall: 1, f1: 2 / 3 },
  ]);
  expect(details.macroF1).toBeCloseTo((0.8 + 2 / 3) / 2, 12);
  expect(details.classesWithoutExamples).toHaveLength(41);
  expect(details.abstention).toEqual({ belowProbability: 0.5, readShare: 0.75, accuracyOfRead: 1 });
  expect(details.confusion[1]!.slice(0, 4)).toEqual([0, 2, 1, 0]);
});

test('signs: probabilities are shown unscaled, as shipped, and at the temperature fitted here', () => {
  const seen = Array.from({ length: 40 }, (_, i) => sign(3, i % 4 === 0 ? 4 : 3, 12, `track ${i}`));
  const { calibration } = signsDetails(seen, decode);
  expect(calibration.variants.map(({ name }) => name)).toEqual([
    'unscaled',
    'as shipped',
    'fitted here',
  ]);
  const [unscaled, shipped, fitted] = calibration.variants;
  expect([unscaled!.temperature, shipped!.temperature]).toEqual([1, 2]);
  // Ahead by 12 of 42 others and right in three of four: exp(12 / T) is 3 * 42.
  // The 41 classes that are never true take what the wrong ones leave.
  const perfect = 12 / calibration.fittedTemperature;
  expect(Math.exp(perfect) / (Math.exp(perfect) + 42)).toBeCloseTo(0.75, 4);
  expect(unscaled!.ece).toBeCloseTo(0.25, 2);
  expect(fitted!.ece).toBeCloseTo(0, 4);
  expect(fitted!.negativeLogLikelihood).toBeLessThan(shipped!.negativeLogLikelihood);
  // Both halves of the tracks hold the same share of mistakes but for two samples.
  expect(calibration.crossFittedEce).toBeGreaterThan(fitted!.ece);
  const oneTrack = seen.map((item) => ({ ...item, sample: { ...item.sample, group: 'one' } }));
  expect(signsDetails(oneTrack, decode).calibration.crossFittedEce).toBeNull();
});

const frame = (
  id: string,
  truth: number[],
  predicted: number[],
): ObservationOf['segmentation'] => ({
  sample: { ...sampleBase(id), loadClassMap: () => Promise.reject(new Error('not asked for')) },
  widthPx: truth.length,
  heightPx: 1,
  classes: ourJudgedClasses,
  truth: Uint8Array.from(truth),
  predicted: Uint8Array.from(predicted),
});

test('segmentation: all pixels count once, and the worst frame of each stretch is kept', () => {
  const tally = new SegmentationTally(2);
  // Sky is 0 and road is 3; of four frames a stretch, the second stretch is one frame.
  tally.add(frame('good', [0, 0, 3, 3], [0, 0, 3, 3]));
  tally.add(frame('bad', [0, 0, 3, 3], [3, 3, 0, 0]));
  tally.add(frame('half', [0, 0, 3, 255], [0, 3, 3, 0]));
  tally.add(frame('nearly as bad', [0, 0, 0, 3], [3, 3, 3, 3]));
  tally.add(frame('other', [0, 0, 3, 3], [0, 0, 3, 0]));
  const { classes, classesWithoutExamples, confusion, frames } = tally.details();
  expect(tally.worst.map(({ frame: { id } }) => id)).toEqual(['bad', 'other']);
  expect(frames.map(({ mIoU }) => mIoU)).toEqual([
    1,
    0,
    0.5,
    expect.closeTo(0.125, 12),
    expect.closeTo((2 / 3 + 1 / 2) / 2, 12),
  ]);
  // Sky: 5 of 11 right, 3 wrongly so.
  expect([confusion[0]![0], confusion[0]![3], confusion[3]![0]]).toEqual([5, 6, 3]);
  expect(classes.map(({ name, iou }) => [name, iou])).toEqual([
    ['sky', 5 / 14],
    ['road', 5 / 14],
  ]);
  expect(classes[0]!.truthShare).toBeCloseTo(11 / 19, 12);
  expect(classesWithoutExamples).toHaveLength(segmentationClasses.length - 2);
});

test('segmentation: what is called a class that is not judged is wrong, and not left out', async () => {
  const other = segmentationClasses.length;
  const report = collectSegmentation();
  report.observe(frame('one', [3, 3, 3, other], [3, 3, other, other]));
  const { tiles, sections } = await report.finish();
  expect(tiles.find(({ name }) => name === 'pixel accuracy')!.value).toBe('0.750');
  const taken = sections.find(({ title }) => title === 'What is taken for what')!;
  expect(taken.body).toContain('road called not judged: 1 of 3 (33 %)');
});

test('detection: every box is right, wrong, or missed, and classes without truth are named', () => {
  const seen: ObservationOf['detection'] = {
    sample: { ...sampleBase('one'), boxes: [] },
    widthPx: 100,
    heightPx: 100,
    truth: [
      { className: 'car', boxXyxyPx: [0, 0, 10, 10], weight: 1 },
      { className: 'car', boxXyxyPx: [50, 0, 60, 10], weight: 1 },
    ],
    found: [
      { className: 'car', score: 0.9, boxXyxyPx: [0, 0, 10, 10] },
      { className: 'car', score: 0.8, boxXyxyPx: [80, 80, 90, 90] },
      { className: 'bus', score: 0.8, boxXyxyPx: [80, 80, 90, 90] },
    ],
  };
  const spec = { scoreThreshold: 0.5, classes: ['car', 'bus'] } as DetectionOutputSpec;
  const { details } = detectionDetails([seen], spec);
  expect(details.detections).toEqual({
    right: 1,
    duplicate: 0,
    confused: 0,
    misplaced: 0,
    background: 1,
  });
  expect([details.missed, details.mAP50, details.mAP50to95]).toEqual([1, 0.5, 0.5]);
  expect(details.pictures).toEqual([{ id: 'one', right: 1, missed: 1, wrong: 1 }]);
  expect(details.classesWithoutExamples).toEqual(['bus']);
  // With a temperature the scores found are tempered, and so is the threshold: 0.85 becomes 0.704.
  const tempered = { ...spec, scoreThreshold: 0.85, scoreTemperature: 2 };
  const { scoreThreshold, detections } = detectionDetails([seen], tempered).details;
  expect(scoreThreshold).toBeCloseTo(0.704, 3);
  expect(detections).toEqual(details.detections);
});

test('a curve of thousands of points is thinned, and keeps its ends', () => {
  const boxXyxyPx: [number, number, number, number] = [0, 0, 10, 10];
  const seen = Array.from({ length: 2000 }, (_, i): ObservationOf['detection'] => ({
    sample: { ...sampleBase(`${i}`), boxes: [] },
    widthPx: 10,
    heightPx: 10,
    truth: [{ className: 'car', boxXyxyPx, weight: 1 }],
    found: [{ className: 'car', score: 1 - i / 4000, boxXyxyPx }],
  }));
  const spec = { scoreThreshold: 0.5, classes: ['car'] } as DetectionOutputSpec;
  const { curve } = detectionDetails(seen, spec).details.classes[0]!;
  expect(curve.length).toBeLessThanOrEqual(241);
  expect(curve.length).toBeGreaterThan(150);
  expect(curve[0]!.score).toBe(1);
  expect(curve.at(-1)!.recall).toBe(1);
});

test('steering: percentiles, bias, bends, and what straight ahead would score', () => {
  const pairs = [
    [0, 0.01],
    [0, -0.02],
    [0.1, 0.14],
    [-0.3, -0.2],
  ];
  const seen = pairs.map(([steeringRad, predictedRad], i): ObservationOf['steering'] => ({
    sample: { ...sampleBase(`${i}`), camera: 'centre', steeringRad: steeringRad! },
    predictedRad: predictedRad!,
  }));
  const details = steeringDetails(seen);
  expect(details.absoluteErrorRad).toEqual({
    p50: 0.02,
    p95: expect.closeTo(0.1, 12),
    max: expect.closeTo(0.1, 12),
  });
  expect(details.biasRad).toBeCloseTo((0.01 - 0.02 + 0.04 + 0.1) / 4, 12);
  expect(details.straightAheadMaeRad).toBeCloseTo(0.1, 12);
  expect(details.bends).toMatchObject({ count: 2, maeRad: expect.closeTo(0.07, 12) });
  expect(details.straights).toEqual({ count: 2, maeRad: expect.closeTo(0.015, 12) });
});

test('of the worst items there is one of each key, the worst first', () => {
  const items = [
    { key: 'a', bad: 1 },
    { key: 'b', bad: 5 },
    { key: 'a', bad: 3 },
    { key: 'c', bad: 2 },
    { key: 'b', bad: 4 },
  ];
  const worst = (most: number) =>
    worstFirst(
      items,
      ({ bad }) => bad,
      ({ key }) => key,
      most,
    );
  expect(worst(9).map(({ bad }) => bad)).toEqual([5, 3, 2]);
  expect(worst(2).map(({ bad }) => bad)).toEqual([5, 3]);
});
