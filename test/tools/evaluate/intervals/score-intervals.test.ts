import { describe, expect, test } from 'vitest';
import type {
  DetectionSample,
  SegmentationSample,
  SignSample,
  SteeringSample,
  TruthBox,
} from '../../../../tools/datasets/sample.js';
import { intervalCollectors } from '../../../../tools/evaluate/intervals/score-intervals.js';
import { ourJudgedClasses } from '../../../../tools/evaluate/segmentation-scores.js';

const load = async () => ({ widthPx: 1, heightPx: 1, data: new Uint8Array(3) });

describe('how sure a score is', () => {
  test('signs: tracks are drawn, not frames; one track alone says nothing', () => {
    const read = (tracks: number, framesOfTrack: number) => {
      const collector = intervalCollectors.signs();
      for (let track = 0; track < tracks; track++)
        for (let frame = 0; frame < framesOfTrack; frame++) {
          const sample: SignSample = {
            id: `${track}/${frame}`,
            group: `${track}`,
            classId: 0,
            load,
          };
          // Every fifth track is read wrongly, all of its frames.
          const logits = Float32Array.from(track % 5 === 0 ? [0, 1] : [1, 0]);
          const predictedId = track % 5 === 0 ? 1 : 0;
          collector.add({
            sample,
            boxXyxyPx: [0, 0, 1, 1],
            logits,
            predictedId,
            isAbstained: false,
          });
        }
      return collector.intervals();
    };
    const [low, high] = read(50, 8)!['accuracy']!;
    expect(low).toBeLessThan(0.8);
    expect(high).toBeGreaterThan(0.8);
    // As wide as 50 signs allow (about 0.22), not as narrow as 400 frames would (0.08).
    expect(high - low).toBeGreaterThan(0.15);
    expect(read(1, 8)).toBeUndefined();
  });

  test('detection: found everywhere is 1 for sure; found in every other picture is not', () => {
    const box: TruthBox = { className: 'car', boxXyxyPx: [0, 0, 10, 10], weight: 1 };
    const of = (isFound: (picture: number) => boolean) => {
      const collector = intervalCollectors.detection();
      for (let picture = 0; picture < 20; picture++) {
        const sample: DetectionSample = {
          id: `${picture}`,
          group: `${picture}`,
          boxes: [box],
          load,
        };
        const found = isFound(picture)
          ? [{ className: 'car', score: 0.9, boxXyxyPx: box.boxXyxyPx }]
          : [];
        collector.add({ sample, widthPx: 20, heightPx: 20, truth: [box], found });
      }
      return collector.intervals()!;
    };
    expect(of(() => true)).toMatchObject({ mAP50: [1, 1], 'car.ap50': [1, 1] });
    const [low, high] = of((picture) => picture % 2 === 0)['mAP50']!;
    expect(low).toBeLessThan(0.4);
    expect(high).toBeGreaterThan(0.6);
  });

  test('segmentation: the drawn pictures are scored as one, as the whole set is', () => {
    const collector = intervalCollectors.segmentation();
    for (let picture = 0; picture < 20; picture++) {
      const loadClassMap = async () => new Uint8Array();
      const sample: SegmentationSample = {
        id: `${picture}`,
        group: `${picture}`,
        load,
        loadClassMap,
      };
      const truth = Uint8Array.from({ length: 10 }, (_, i) => (i < 5 ? 0 : 1));
      const predicted = picture % 2 === 0 ? truth : truth.map(() => 0);
      collector.add({
        sample,
        widthPx: 10,
        heightPx: 1,
        classes: ourJudgedClasses,
        truth,
        predicted,
      });
    }
    const [low, high] = collector.intervals()!['pixelAccuracy']!;
    expect(low).toBeLessThan(0.75);
    expect(low).toBeGreaterThan(0.55);
    expect(high).toBeGreaterThan(0.75);
    expect(high).toBeLessThan(0.95);
  });

  test('steering: stretches of a drive are drawn, so that a drive of one stretch says nothing', () => {
    const over = (frames: number) => {
      const collector = intervalCollectors.steering();
      for (let frame = 0; frame < frames; frame++) {
        const steeringRad = Math.sin(frame / 20) * 0.2;
        const sample: SteeringSample = {
          id: `${frame}`,
          group: 'a',
          camera: 'centre',
          steeringRad,
          load,
        };
        // Wrong by as much as the stretch is late.
        collector.add({ sample, predictedRad: steeringRad + Math.floor(frame / 30) * 0.01 });
      }
      return collector.intervals();
    };
    expect(over(30)).toBeUndefined();
    const [low, high] = over(300)!['maeRad']!;
    expect(low).toBeGreaterThan(0.02);
    expect(low).toBeLessThan(0.045);
    expect(high).toBeGreaterThan(0.045);
    expect(high).toBeLessThan(0.07);
  });
});
