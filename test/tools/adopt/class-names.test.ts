import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapClasses } from '../../../tools/adopt/class-map.js';
import { coco91Classes, cocoClasses, readClassNames } from '../../../tools/adopt/class-names.js';
import { namesInMetadata } from '../../../tools/adopt/metadata.js';
import type { NetworkFile } from '../../../tools/adopt/network-file.js';

const withNames = (text: string) =>
  namesInMetadata({
    name: 'm.onnx',
    metadata: new Map([['names', text]]),
  } as unknown as NetworkFile);

describe('class names', () => {
  it('count COCO’s classes in both numberings', () => {
    expect(cocoClasses).toHaveLength(80);
    expect([cocoClasses[0], cocoClasses[9], cocoClasses[79]]).toEqual([
      'person',
      'traffic light',
      'toothbrush',
    ]);
    expect([coco91Classes[1], coco91Classes[3], coco91Classes[90]]).toEqual([
      'person',
      'car',
      'toothbrush',
    ]);
  });

  it('are read from a Python dictionary in the metadata', () => {
    expect(withNames(`{0: 'person', 1: "driver's door", 2: 'traffic light'}`)).toEqual([
      'person',
      "driver's door",
      'traffic light',
    ]);
  });

  it.each([
    `[1, 2]`,
    `{0: 'a', 5: 'b'}`,
    `{0: exit()}`,
    `{}`,
    `{0: 'a\u001b[31m'}`,
    `{0: 'a', 1: 'a'}`,
  ])('in metadata that is not what it says are refused: %j', (text) => {
    expect(() => withNames(text)).toThrowError(expect.objectContaining({ code: 'ERR_BUNDLE' }));
  });

  it('without a list, a file or commas are asked for', () => {
    expect(readClassNames('car, bus')).toEqual(['car', 'bus']);
    expect(() => readClassNames('no-such-list')).toThrowError(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });
});

describe('a file of class names', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'windshield-names-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const named = async (yaml: string) => {
    const file = join(dir, 'data.yaml');
    await writeFile(file, yaml);
    return readClassNames(file);
  };

  it('lists them, or numbers them from 0 without a gap', async () => {
    expect(await named('names: [car, bus]')).toEqual(['car', 'bus']);
    expect(await named('names:\n  1: bus\n  0: car\n')).toEqual(['car', 'bus']);
    await expect(named('names: {0: car, 2: bus}')).rejects.toThrow(/numbered 0 to 1, found 2/);
    await expect(named('{1: car, 2: bus}')).rejects.toThrow(/numbered 0 to 1, found 1/);
  });
});

describe('a class map', () => {
  it('publishes road users by our names and drops the rest', () => {
    const { classes, networkClasses } = mapClasses(
      ['person', 'dog', 'stop sign'],
      undefined,
      'drop',
    );
    expect(classes).toEqual(['pedestrian', 'traffic_sign']);
    expect(networkClasses).toEqual([
      { name: 'person', as: 'pedestrian' },
      { name: 'dog' },
      { name: 'stop sign', as: 'traffic_sign' },
    ]);
  });

  it('keeps what is not mapped where that is asked for, and refuses names that the network does not know', () => {
    expect(mapClasses(['van', 'dog'], { van: 'car' }, 'keep').classes).toEqual(['car', 'dog']);
    expect(() => mapClasses(['van'], { lorry: 'truck' }, 'drop')).toThrow(/found "lorry"/);
    expect(() => mapClasses(['dog'], undefined, 'drop')).toThrow(/--unmapped keep/);
  });
});
