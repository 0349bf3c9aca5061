import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rewriteResults } from '../../../../benchmarks/verdict/planted-results.js';
import type { PerceptionFrame } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { compareRuns } from '../../../../tools/verdict/compare-runs.js';
import { verdictPage } from '../../../../tools/verdict/page/verdict-page.js';
import { strictRules } from '../../../../tools/verdict/rules.js';
import { verdictOf } from '../../../../tools/verdict/verdict.js';

const recording = (name: string) =>
  fileURLToPath(new URL(`../../../../recordings/${name}.mcap`, import.meta.url));

test('an event of a supervised run has the picture of its own life, not of a later frame with its number', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-verdict-page-'));
  try {
    const [before, now] = [join(dir, 'before.mcap'), join(dir, 'now.mcap')];
    const twoLives = (frames: PerceptionFrame[]) => {
      frames.length = 20;
      const startNs = frames[10]!.sourceTimeNs;
      for (const frame of frames) delete frame.segmentation;
      for (const frame of frames.slice(10)) {
        frame.epoch = 1;
        frame.frameId -= 10n;
        frame.sourceTimeNs -= startNs;
      }
    };
    let stampNs = 0n;
    await rewriteResults(recording('sample-reference'), before, twoLives);
    await rewriteResults(before, now, (frames) => {
      const frame = frames[4]!;
      stampNs = frame.stampNs;
      frame.steering!.angleRad += 0.5;
    });
    const comparison = await compareRuns(before, now, strictRules);
    expect(comparison.findings).toMatchObject([
      { kind: 'steering', frameId: 4 },
      { kind: 'not-identical', frameId: 4 },
    ]);
    const verdict = verdictOf(comparison, strictRules);
    const page = await verdictPage(verdict, comparison, recording('sample-drive'));
    const shown = [...page.matchAll(/<use href="#p(\d+)"\/>/g)].map(([, stamp]) => stamp);
    // Before and now, of each of the two.
    expect(shown).toEqual(Array.from({ length: 4 }, () => `${stampNs}`));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
