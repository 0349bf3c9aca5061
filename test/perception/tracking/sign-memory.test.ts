import { describe, expect, it } from 'vitest';
import type { SignsOutputSpec } from '../../../src/bundle/output-spec.js';
import type { Detection } from '../../../src/perception/results.js';
import { decodeSigns } from '../../../src/perception/signs/decode-signs.js';
import {
  emptySignMemory,
  rememberSigns,
  type SignMemory,
} from '../../../src/perception/tracking/sign-memory.js';

const spec: SignsOutputSpec = {
  kind: 'signs',
  logits: 'logits',
  classes: ['stop', 'yield', 'ahead_only'],
  temperature: 1,
  abstainBelow: 0.8,
  maxBatch: 4,
  cropFrom: 'traffic_sign',
  cropMarginNorm: 0.1,
};
const sign = (trackId: number): Detection => ({
  classId: 7,
  score: 0.9,
  boxXyxyPx: [0, 0, 20, 20],
  trackId,
});

/** One frame with one sign of a track, read with these probabilities. */
function look(memory: SignMemory, probabilities: number[], trackId = 1, live = [trackId]) {
  const batch = decodeSigns(Float32Array.from(probabilities, Math.log), [0], spec);
  return rememberSigns(memory, batch, [sign(trackId)], new Set(live), spec);
}

describe('the sign memory', () => {
  it('becomes sure of a sign that each single frame leaves open', () => {
    let memory = emptySignMemory;
    const probabilities: number[] = [];
    for (let i = 0; i < 5; i++) {
      const next = look(memory, [0.6, 0.3, 0.1]);
      memory = next.memory;
      probabilities.push(next.readings[0]!.probability);
      expect(next.readings[0]!.classId).toBe(next.readings[0]!.probability >= 0.8 ? 0 : -1);
    }
    expect(probabilities[0]).toBeCloseTo(0.6, 5);
    // Second: 0.6^1.75 against 0.3^1.75 and 0.1^1.75.
    const powers = [0.6, 0.3, 0.1].map((value) => value ** 1.75);
    expect(probabilities[1]).toBeCloseTo(powers[0]! / powers.reduce((a, b) => a + b), 5);
    expect(probabilities.at(-1)).toBeGreaterThan(0.8);
  });

  it('fuses each label by itself where a sign may have several: two sure ones do not halve each other', () => {
    const labels: SignsOutputSpec = { ...spec, answers: 'labels', values: 'probabilities' };
    const lookAt = (memory: SignMemory, probabilities: number[]) => {
      const batch = decodeSigns(Float32Array.from(probabilities), [0], labels);
      return rememberSigns(memory, batch, [sign(1)], new Set([1]), labels);
    };
    const both = lookAt(emptySignMemory, [0.9, 0.85, 0.1]);
    expect(both.readings[0]).toMatchObject({ classId: 0, probability: expect.closeTo(0.9, 5) });
    const none = lookAt(emptySignMemory, [0.3, 0.01, 0.01]);
    expect(none.readings[0]).toMatchObject({ classId: -1, probability: expect.closeTo(0.3, 5) });
    // Odds of 9, then 9 to the power of 1.75.
    const again = lookAt(both.memory, [0.9, 0.85, 0.1]).readings[0]!;
    expect(again.probability).toBeCloseTo(9 ** 1.75 / (1 + 9 ** 1.75), 5);
  });

  it('is not spoilt by a frame whose network answers NaN', () => {
    let memory = look(emptySignMemory, [0.9, 0.05, 0.05]).memory;
    const broken = look(memory, [Number.NaN, 0.5, 0.5]);
    expect(broken.readings[0]!.classId).toBe(-1);
    memory = broken.memory;
    expect(look(memory, [0.9, 0.05, 0.05]).readings[0]!.classId).toBe(0);
  });

  it('is not turned by one frame that is wrong, but by several', () => {
    let memory = emptySignMemory;
    for (let i = 0; i < 4; i++) memory = look(memory, [0.9, 0.05, 0.05]).memory;
    const wrong = look(memory, [0.05, 0.9, 0.05]);
    expect(wrong.readings[0]!.classId).not.toBe(1);
    memory = wrong.memory;
    for (let i = 0; i < 4; i++) memory = look(memory, [0.05, 0.9, 0.05]).memory;
    expect(look(memory, [0.05, 0.9, 0.05]).readings[0]!.classId).toBe(1);
  });

  it('leaves readings of untracked signs as they are and remembers nothing of them', () => {
    const { memory, readings } = look(emptySignMemory, [0.9, 0.05, 0.05], 0, []);
    expect(readings[0]).toMatchObject({ classId: 0, detectionIndex: 0 });
    expect(memory.size).toBe(0);
  });

  it('forgets tracks that are gone, keeps those that were only not read, and changes nothing in place', () => {
    const first = look(emptySignMemory, [0.9, 0.05, 0.05], 1, [1]);
    const before = new Map(first.memory);
    const second = look(first.memory, [0.05, 0.9, 0.05], 2, [1, 2]);
    expect([...second.memory.keys()]).toEqual([1, 2]);
    expect(first.memory).toEqual(before);
    const third = look(second.memory, [0.05, 0.9, 0.05], 2, [2]);
    expect([...third.memory.keys()]).toEqual([2]);
  });

  it('survives a reading that leaves a class no chance', () => {
    const { memory } = look(emptySignMemory, [1, 0, 0]);
    const { readings } = look(memory, [0.2, 0.7, 0.1]);
    expect(Number.isFinite(readings[0]!.probability)).toBe(true);
  });
});
