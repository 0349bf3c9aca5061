import { describe, expect, it } from 'vitest';
import { huberLoss } from '../../../../tools/train/losses/regression-loss.js';
import { segmentationLoss } from '../../../../tools/train/losses/segmentation-loss.js';
import { softmaxCrossEntropy } from '../../../../tools/train/losses/softmax-cross-entropy.js';
import { ssdLoss } from '../../../../tools/train/losses/ssd-loss.js';
import { createRandom } from '../../../../tools/train/random.js';

const random = createRandom(5);
const normals = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.normal());

/** Largest difference between a loss's gradient and its central differences. */
function gradientError(values: Float32Array, gradient: Float32Array, loss: () => number): number {
  loss();
  const stated = gradient.slice();
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    const kept = values[i]!;
    values[i] = kept + 1e-2;
    const above = loss();
    values[i] = kept - 1e-2;
    const below = loss();
    values[i] = kept;
    worst = Math.max(worst, Math.abs((above - below) / 2e-2 - stated[i]!));
  }
  return worst;
}

describe('softmax cross entropy', () => {
  it('is log 2 for two equal logits', () => {
    const gradient = new Float32Array(2);
    expect(softmaxCrossEntropy(Float32Array.of(3, 3), [0], 2, 0, gradient)).toBeCloseTo(
      Math.LN2,
      6,
    );
    expect([...gradient]).toEqual([-0.5, 0.5]);
  });

  it('has the gradient of its differences, with label smoothing', () => {
    const logits = normals(12);
    const gradient = new Float32Array(12);
    expect(
      gradientError(logits, gradient, () =>
        softmaxCrossEntropy(logits, [1, 3, 0], 4, 0.1, gradient),
      ),
    ).toBeLessThan(1e-3);
  });
});

describe('the segmentation loss', () => {
  it('has the gradient of its differences, weighs classes and leaves void pixels out', () => {
    const scores = normals(2 * 3 * 4);
    const gradient = new Float32Array(scores.length);
    const labels = Uint8Array.of(0, 1, 255, 2, 2, 255, 0, 1);
    const loss = () => segmentationLoss(scores, labels, 3, 4, Float32Array.of(1, 2, 0.5), gradient);
    expect(gradientError(scores, gradient, loss)).toBeLessThan(1e-3);
    for (const channel of [0, 1, 2]) expect(gradient[channel * 4 + 2]).toBe(0);
  });

  it('is zero, not NaN, on a picture without labels', () => {
    const gradient = new Float32Array(8).fill(9);
    expect(
      segmentationLoss(
        normals(8),
        new Uint8Array(4).fill(255),
        2,
        4,
        Float32Array.of(1, 1),
        gradient,
      ),
    ).toBeCloseTo(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });
});

describe('the Huber loss', () => {
  it('is quadratic near, linear far', () => {
    const gradient = new Float32Array(2);
    const loss = huberLoss(
      Float32Array.of(0.1, 2),
      Float32Array.of(0, 0),
      Float32Array.of(1, 1),
      0.2,
      gradient,
    );
    expect(loss).toBeCloseTo((0.005 + 0.2 * 1.9) / 2, 6);
    expect(gradient[0]).toBeCloseTo(0.05, 6);
    expect(gradient[1]).toBeCloseTo(0.1, 6);
  });
});

describe('the SSD loss', () => {
  const boxes = 12;
  const options = { negativesPerPositive: 3, negativesAtLeast: 2, labelSmoothing: 0.05 };
  const targets = [0, 1].map((image) => ({
    labels: Int8Array.from({ length: boxes }, (_, i) =>
      i === 2 + image ? 1 + image : i === 5 ? -1 : 0,
    ),
    offsets: normals(boxes * 4),
    weights: Float32Array.from({ length: boxes }, (_, i) =>
      i === 2 + image ? 1 - 0.4 * image : 0,
    ),
  }));
  const side = (depth: number) => ({
    values: normals(2 * boxes * depth),
    gradient: new Float32Array(2 * boxes * depth),
  });

  it('keeps at most three negatives for each positive, the hardest ones', () => {
    const [offsets, logits] = [side(4), side(3)];
    ssdLoss(offsets, logits, targets, options);
    for (const image of [0, 1]) {
      const touched = Array.from({ length: boxes }, (_, i) => i).filter((i) => {
        const at = (image * boxes + i) * 3;
        return logits.gradient.subarray(at, at + 3).some((value) => value !== 0);
      });
      expect(touched).toContain(2 + image);
      expect(touched).not.toContain(5);
      expect(touched.length).toBe(1 + 3);
    }
  });

  it('has the gradient of its differences where the choice of negatives stands', () => {
    const [offsets, logits] = [side(4), side(3)];
    const all = { ...options, negativesPerPositive: 100 };
    const loss = () => ssdLoss(offsets, logits, targets, all).total;
    expect(gradientError(offsets.values, offsets.gradient, loss)).toBeLessThan(2e-2);
    expect(gradientError(logits.values, logits.gradient, loss)).toBeLessThan(1e-3);
  });

  it('has the gradient of its differences with the overlap of boxes in it', () => {
    const [offsets, logits] = [side(4), side(3)];
    const overlap = {
      defaultBoxes: new Float32Array(
        Array.from({ length: boxes }, (_, i) => [0.08 * i, 0.05 * i, 0.2, 0.3]).flat(),
      ),
      variances: [0.1, 0.2] as const,
      giouWeight: 2,
      qualityShare: 0,
    };
    const all = { ...options, negativesPerPositive: 100, overlap };
    const loss = () => ssdLoss(offsets, logits, targets, all).total;
    expect(gradientError(offsets.values, offsets.gradient, loss)).toBeLessThan(2e-2);
  });

  it('wants less of a score whose box is loose, as much as the IoU says', () => {
    const [offsets, logits] = [side(4), side(3)];
    const tight = { values: offsets.values.slice(), gradient: offsets.gradient.slice() };
    for (const [image, target] of targets.entries())
      tight.values.set(target.offsets, image * boxes * 4);
    const overlap = {
      defaultBoxes: new Float32Array(
        Array.from({ length: boxes }, (_, i) => [0.08 * i, 0.05 * i, 0.2, 0.3]).flat(),
      ),
      variances: [0.1, 0.2] as const,
      giouWeight: 1,
      qualityShare: 1,
    };
    const at = 2 * 3 + 1;
    ssdLoss(tight, logits, targets, { ...options, overlap });
    const wantedOfTight = logits.gradient[at]!;
    ssdLoss(offsets, logits, targets, { ...options, overlap });
    expect(logits.gradient[at]!).toBeGreaterThan(wantedOfTight + 1e-3);
    ssdLoss(offsets, logits, targets, options);
    expect(logits.gradient[at]!).toBeCloseTo(wantedOfTight, 6);
  });
});
