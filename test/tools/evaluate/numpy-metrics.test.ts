import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { averagePrecision } from '../../../tools/evaluate/average-precision.js';
import { classScores } from '../../../tools/evaluate/classification.js';
import {
  accuracyOf,
  countPrediction,
  countsByClass,
  createConfusionMatrix,
} from '../../../tools/evaluate/confusion-matrix.js';
import {
  claimsAt,
  expectedCalibrationError,
  negativeLogLikelihood,
  reliabilityBins,
} from '../../../tools/evaluate/probability-calibration.js';
import { regressionScores } from '../../../tools/evaluate/regression.js';
import { segmentationScores } from '../../../tools/evaluate/segmentation-scores.js';

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
const peer = fileURLToPath(new URL('numpy_metrics.py', import.meta.url));

const random = mulberry32(11);
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const below = (limit: number) => Math.floor(random() * limit);

const classCount = 7;
// The last class neither occurs nor is answered.
const truth = many(400, () => below(classCount - 1));
const predicted = truth.map((classId) => (random() < 0.6 ? classId : below(classCount - 1)));
const angles = many(300, () => random() - 0.5);
const guesses = angles.map((angle) => 0.7 * angle + 0.2 * (random() - 0.4));
const logits = truth.map((classId) =>
  many(classCount, (c) => 4 * random() + (c === classId ? 2.5 * random() : 0)),
);
// No two scores are equal: at ties the development kit depends on the order, and ours does not.
const scores = many(120, (index) => (index + random() * 0.5) / 121);
const hits = scores.map((score) => random() < score);
const truthCount = hits.filter((isHit) => isHit).length + 15;

describe.skipIf(!hasNumpy)(
  `the metrics in numpy${hasNumpy ? '' : ' (left out: no python3 with numpy)'}`,
  () => {
    const temperatures = [0.6, 1, 2.5];
    const calibration = temperatures.map((temperature) => {
      return { logits, truth, temperature, bin_count: 15 };
    });
    const ask = () =>
      JSON.parse(
        spawnSync('python3', [peer], {
          encoding: 'utf8',
          input: JSON.stringify({
            classification: { truth, predicted, class_count: classCount },
            regression: { truth: angles, predicted: guesses },
            calibration,
            averagePrecision: { scores, hits, truth_count: truthCount },
          }),
        }).stdout,
      );

    test('are the same to the tenth digit', () => {
      const answer = ask();
      const confusion = createConfusionMatrix(classCount);
      truth.forEach((classId, i) => {
        countPrediction(confusion, classId, predicted[i]!);
      });
      expect(accuracyOf(confusion)).toBeCloseTo(answer.classification.accuracy, 10);
      const names = many(classCount, String);
      const { perClass } = segmentationScores(confusion, names);
      countsByClass(confusion).forEach((counts, classId) => {
        const { iou, ...shares } = answer.classification.classes[classId];
        expect(classScores(counts)).toEqual({
          precision: expect.closeTo(shares.precision, 10),
          recall: expect.closeTo(shares.recall, 10),
          f1: expect.closeTo(shares.f1, 10),
        });
        if (iou === null) expect(perClass[classId]).toBeUndefined();
        else expect(perClass[classId]).toBeCloseTo(iou, 10);
      });
      const regression = Object.entries(regressionScores(angles, guesses));
      for (const [name, value] of regression)
        expect(value, name).toBeCloseTo(answer.regression[name], 10);
      const answers = logits.map((row, i) => ({ logits: row, truthId: truth[i]! }));
      temperatures.forEach((temperature, i) => {
        const bins = reliabilityBins(claimsAt(answers, temperature), 15);
        expect(expectedCalibrationError(bins)).toBeCloseTo(answer.calibration[i].ece, 10);
        expect(negativeLogLikelihood(answers, temperature)).toBeCloseTo(
          answer.calibration[i].nll,
          10,
        );
      });
      const scored = scores.map((score, i) => ({ score, isHit: hits[i]! }));
      expect(averagePrecision(scored, truthCount)).toBeCloseTo(answer.averagePrecision, 10);
    });
  },
);
