import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodePng } from '../../../src/codec/image-codec.js';
import { measureNovelty } from '../../../tools/novelty/measure-novelty.js';
import { greyBundle, steeringByBrightness } from '../evaluate/grey-bundles.js';

const dir = mkdtempSync(join(tmpdir(), 'windshield-novelty-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A gate that finds a picture the more novel the brighter it is. */
const byBrightness = () => {
  const { build, ...network } = steeringByBrightness(1);
  return greyBundle({
    ...network,
    task: 'novelty',
    outputs: ['error', 'distance'].map((name) => ({ name, shape: [1, 1] })),
    decode: {
      kind: 'novelty',
      error: 'error',
      distance: 'distance',
      threshold: 100,
      falseAlarmsPerMinute: 0.1,
      beginS: 1,
      endS: 1,
    },
    build(graph, input) {
      build(graph, input);
      graph.node('Identity', ['steering'], {}, 'error');
      graph.node('Identity', ['steering'], {}, 'distance');
    },
  });
};

test('a folder is read in the order of its numbers, without what a Mac leaves in it', async () => {
  const grey = (level: number) => {
    const data = new Uint8Array(16 * 16 * 3).fill(level);
    return encodePng({ widthPx: 16, heightPx: 16, data });
  };
  // Three novel pictures in a row, half a second each: an alarm, unless 10 and 11 come between 1 and 2.
  for (const number of [1, 2, 3, 10, 11])
    writeFileSync(join(dir, `${number}.png`), await grey(number <= 3 ? 200 : 20));
  writeFileSync(join(dir, '._1.png'), 'no picture');
  const { altered } = await measureNovelty(await byBrightness(), {
    drives: [],
    against: new Map([['elsewhere', dir]]),
    alterations: [],
    everyS: 0,
    seed: 1,
  });
  expect(altered).toMatchObject([{ name: 'elsewhere', minutes: 1, found: 1, framesAbove: 0.6 }]);
});
