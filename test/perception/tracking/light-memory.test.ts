import { expect, test } from 'vitest';
import type { CropOutputSpec } from '../../../src/bundle/output-spec.js';
import { decodeSigns } from '../../../src/perception/signs/decode-signs.js';
import { emptyLightMemory, smoothLights } from '../../../src/perception/tracking/light-memory.js';

const spec: CropOutputSpec = {
  ...{ kind: 'lights', logits: 'logits', classes: ['red', 'green'], temperature: 1 },
  ...{ abstainBelow: 0.6, maxBatch: 4, cropFrom: 'traffic_light', cropMarginNorm: 0.1 },
};

test('a light whose network once answered NaN is read again on the next frame', () => {
  const light = { classId: 6, score: 0.9, boxXyxyPx: [0, 0, 9, 9], trackId: 1 } as const;
  const look = (memory: typeof emptyLightMemory, logits: number[]) => {
    const batch = decodeSigns(Float32Array.from(logits), [0], spec);
    const box = { ...light, boxXyxyPx: [...light.boxXyxyPx] as [number, number, number, number] };
    return smoothLights(memory, batch, [box], new Set([1]), spec);
  };
  let { memory } = look(emptyLightMemory, [3, 0]);
  const broken = look(memory, [Number.NaN, 0]);
  expect(broken.readings[0]!.classId).toBe(-1);
  memory = broken.memory;
  expect(look(memory, [3, 0]).readings[0]).toMatchObject({ classId: 0 });
});
