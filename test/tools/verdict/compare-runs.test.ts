import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clone, create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  delayByOne,
  removeDetections,
  rewriteResults,
  slowStage,
} from '../../../benchmarks/verdict/planted-results.js';
import {
  DetectionSchema,
  LightSchema,
  type PerceptionFrame,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { compareRuns } from '../../../tools/verdict/compare-runs.js';
import type { Finding, FindingKind } from '../../../tools/verdict/finding.js';
import { judge, strictRules } from '../../../tools/verdict/rules.js';

const reference = fileURLToPath(
  new URL('../../../recordings/sample-reference.mcap', import.meta.url),
);
let dir: string;
/** The first 8 s of the reference, without class maps, which are most of its bytes. */
let base: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-verdict-'));
  base = join(dir, 'base.mcap');
  await rewriteResults(reference, base, (frames) => {
    frames.length = 160;
    for (const frame of frames) delete frame.segmentation;
  });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

let runs = 0;
async function findingsAfter(change: (frames: PerceptionFrame[]) => void): Promise<Finding[]> {
  const path = join(dir, `${runs++}.mcap`);
  await rewriteResults(base, path, change);
  return (await compareRuns(base, path, strictRules)).findings;
}

const wordsOf = (findings: readonly Finding[], kind: FindingKind) =>
  findings.filter((finding) => finding.kind === kind).map(({ words }) => words);

describe('the results of the sample against its reference', () => {
  test('are the same without a change, and nothing is found', async () => {
    const path = join(dir, 'same.mcap');
    await rewriteResults(reference, path, () => undefined);
    const { findings, identicalFrames, isSameBuild } = await compareRuns(
      reference,
      path,
      strictRules,
    );
    expect({ findings, identicalFrames, isSameBuild }).toEqual({
      findings: [],
      identicalFrames: 250,
      isSameBuild: true,
    });
  });

  test('say which class covers more of the picture, and when class maps differ most', async () => {
    const path = join(dir, 'maps.mcap');
    await rewriteResults(reference, path, (frames) => {
      for (const { segmentation } of frames) {
        const { classNames, classShares, runClasses } = segmentation!;
        const [road, pavement] = [classNames.indexOf('road'), classNames.indexOf('pavement')];
        runClasses.forEach((id, run) => {
          if (id === pavement) runClasses[run] = road;
        });
        classShares[road]! += classShares[pavement]!;
        classShares[pavement] = 0;
      }
    });
    const { findings } = await compareRuns(reference, path, strictRules);
    expect(wordsOf(findings, 'class-share')).toEqual([
      expect.stringMatching(/^road covers \d+\.\d % of the class map on average/),
      expect.stringMatching(/^pavement covers 0\.0 % of the class map on average/),
    ]);
    expect(wordsOf(findings, 'class-map')[0]).toMatch(/^class maps differ in \d\.\d % .* most at/);
  });

  test('show a higher score threshold by what is gone', async () => {
    const findings = await findingsAfter((frames) =>
      removeDetections(frames, (_, score) => score < 0.5),
    );
    expect(wordsOf(findings, 'score-threshold')[0]).toMatch(
      /^\d+ boxes scored below 0\.50 are gone .* a higher score threshold$/,
    );
    expect(wordsOf(findings, 'box-suppression')).toEqual([]);
  });

  test('show looser suppression by what overlaps', async () => {
    const findings = await findingsAfter((frames) => {
      for (const frame of frames) {
        const box = frame.detections.find(({ score }) => score > 0.9);
        if (box === undefined) continue;
        const double = clone(DetectionSchema, box);
        double.boxPx!.xMax += (box.boxPx!.xMax - box.boxPx!.xMin) * 0.9;
        double.trackId = 0;
        frame.detections.push(double);
      }
    });
    expect(wordsOf(findings, 'box-suppression')[0]).toMatch(
      /have come: .* a higher NMS threshold$/,
    );
    expect(wordsOf(findings, 'score-threshold')).toEqual([]);
  });

  test('name a class that is lost', async () => {
    const findings = await findingsAfter((frames) =>
      removeDetections(frames, (className) => className === 'pedestrian'),
    );
    expect(wordsOf(findings, 'class-lost')).toEqual([
      expect.stringMatching(/^no pedestrian is found any more, \d+ boxes before$/),
    ]);
    expect(wordsOf(findings, 'object-lost')[0]).toMatch(/^pedestrian at \d\d:\d\d\.\d lost/);
  });

  test('name a label that is swapped, of objects and of signs', async () => {
    const findings = await findingsAfter((frames) => {
      for (const { detections, signs } of frames) {
        for (const one of detections) if (one.className === 'car') one.className = 'truck';
        for (const one of signs) if (one.className === 'yield') one.className = 'stop';
      }
    });
    expect(wordsOf(findings, 'label-swapped')).toEqual([
      expect.stringMatching(/^what was called car is now truck/),
      expect.stringMatching(/^what was read as yield is now stop/),
    ]);
    expect(wordsOf(findings, 'sign-misread')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^yield sign at \d\d:\d\d\.\d read as stop$/)]),
    );
  });

  test('name a sign that is not read any more, with its time', async () => {
    const findings = await findingsAfter((frames) => {
      for (const frame of frames)
        frame.signs = frame.signs.filter(({ className }) => className !== 'double_curve');
    });
    expect(findings.map(({ kind }) => kind)).toContain('sign-lost');
    expect(wordsOf(findings, 'sign-lost')[0]).toMatch(/^double curve sign at \d\d:\d\d\.\d lost$/);
  });

  describe('with a light', () => {
    /** The track that is seen for longest is a light: red at first, green from a time on, in frames of the results. */
    const turnAt = 80;
    let lit: string;
    let trackId: number;
    beforeAll(async () => {
      lit = join(dir, 'lit.mcap');
      await rewriteResults(base, lit, (frames) => {
        const lives = new Map<number, number>();
        for (const frame of frames)
          for (const { trackId: id } of frame.detections)
            if (id > 0) lives.set(id, (lives.get(id) ?? 0) + 1);
        trackId = [...lives].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
        show(frames, turnAt);
      });
    });

    function show(frames: readonly PerceptionFrame[], greenFrom: number): void {
      frames.forEach((frame, n) => {
        const detectionIndex = frame.detections.findIndex((one) => one.trackId === trackId);
        const className = n < greenFrom ? 'red' : 'green';
        const light = {
          classId: n < greenFrom ? 0 : 1,
          className,
          probability: 0.9,
          detectionIndex,
        };
        frame.lights = detectionIndex < 0 ? [] : [create(LightSchema, light)];
      });
    }

    async function lightsAfter(change: (frames: PerceptionFrame[]) => void): Promise<string[]> {
      const path = join(dir, `${runs++}.mcap`);
      await rewriteResults(lit, path, change);
      const { findings } = await compareRuns(lit, path, strictRules);
      return findings
        .filter(({ kind }) => kind.startsWith('light-'))
        .map(({ kind, words }) => `${kind}: ${words}`);
    }

    test('say that its turn is not read any more, is read later, or as another', async () => {
      expect(await lightsAfter(() => undefined)).toEqual([]);
      const turned = String.raw`light turned green at \d\d:0\d\.\d`;
      expect(await lightsAfter((frames) => show(frames, frames.length))).toEqual([
        expect.stringMatching(new RegExp(`^light-lost: ${turned} lost$`)),
      ]);
      expect(await lightsAfter((frames) => show(frames, turnAt + 10))).toEqual([
        expect.stringMatching(new RegExp(`^light-later: ${turned} seen 0\\.5 s later$`)),
      ]);
      const misread = await lightsAfter((frames) => {
        for (const { lights } of frames)
          for (const light of lights) if (light.className === 'green') light.className = 'amber';
      });
      expect(misread).toEqual([
        expect.stringMatching(new RegExp(`^light-misread: ${turned} read as amber$`)),
      ]);
    });

    test('tell what it showed where it is lost with its box, and let flickering pass', async () => {
      const lost = await lightsAfter((frames) => removeTrack(frames, trackId));
      expect(lost).toEqual([
        expect.stringMatching(/^light-lost: red light at .* lost$/),
        expect.stringMatching(/^light-lost: light turned green at .* lost$/),
      ]);
      const flicker = await lightsAfter((frames) => {
        for (const light of frames[turnAt - 20]!.lights) light.className = 'amber';
      });
      expect(flicker).toEqual([]);
    });
  });

  test('say that results are a frame late', async () => {
    const findings = await findingsAfter(delayByOne);
    expect(wordsOf(findings, 'delay')).toEqual([
      expect.stringMatching(/^results come 1 frame late/),
    ]);
  });

  test('say that an object is seen later, and how much', async () => {
    const findings = await findingsAfter((frames) => {
      // The track that is seen for longest of those that begin after the drive's start.
      const lives = new Map<number, number[]>();
      frames.forEach(({ detections }, n) => {
        for (const { trackId } of detections)
          lives.set(trackId, [...(lives.get(trackId) ?? []), n]);
      });
      lives.delete(0);
      const [late] = [...lives]
        .filter(([, seen]) => seen[0]! > 5)
        .reduce((a, b) => (b[1].length > a[1].length ? b : a));
      const from = lives.get(late)![0]! + 12;
      removeTrack(frames.slice(0, from), late);
    });
    expect(wordsOf(findings, 'object-later')).toEqual([
      expect.stringMatching(/ seen 0\.[56] s later$/),
    ]);
  });

  test('tell a slow stage from a slow machine', async () => {
    const slow = await findingsAfter((frames) => slowStage(frames, 'segmentation', 200));
    expect(wordsOf(slow, 'stage-slower')).toEqual([expect.stringMatching(/^segmentation takes/)]);
    const busy = await findingsAfter((frames) => {
      for (const { timing } of frames)
        for (const times of timing!.stages) {
          const span = times.endNs - times.startNs;
          times.inferenceEndNs += span;
          times.endNs += span;
        }
    });
    expect(busy).toEqual([]);
    // A machine that was busy before: long stages gain by its rest, short ones do not.
    const rested = await findingsAfter((frames) => {
      for (const { timing } of frames)
        for (const times of timing!.stages) {
          if (times.stage === 'signs' || times.stage === 'steering') continue;
          times.endNs -= ((times.endNs - times.startNs) * 3n) / 4n;
        }
    });
    expect(rested.filter(({ kind }) => kind === 'stage-slower')).toEqual([]);
  });

  test('tell how far and when steering differs most', async () => {
    const findings = await findingsAfter((frames) => {
      for (const { steering } of frames) steering!.angleRad += 0.004;
      frames[100]!.steering!.angleRad += 0.1;
    });
    expect(wordsOf(findings, 'steering')).toEqual([
      'steering differs by 0.26° on average, most at 00:05.0 (5.96°)',
    ]);
  });

  test('count frames that are missing, drops, modes and health', async () => {
    const findings = await findingsAfter((frames) => {
      frames.splice(40, 3);
      frames[40]!.drops = [
        { $typeName: 'windshield.v1.DropCount', reason: 'overtaken', count: 3n },
      ];
      frames[50]!.mode = 'half';
      frames[60]!.health = ['uncertified'];
    });
    expect(wordsOf(findings, 'frames-missing')).toEqual([
      '3 frames between 00:02.0 and 00:02.1 have no result any more',
    ]);
    expect(wordsOf(findings, 'drops')).toEqual(['3 frames dropped overtaken, 0 before']);
    expect(wordsOf(findings, 'mode')).toEqual(['1 frame in mode half, 0 before']);
    expect(wordsOf(findings, 'health')).toEqual([
      'health says uncertified on 1 frame, never before',
    ]);
  });

  test('differ in one bit, and that is found', async () => {
    const findings = await findingsAfter((frames) => {
      frames[64]!.detections[0]!.score += 1e-6;
    });
    expect(findings.map(({ kind, frameId }) => [kind, frameId])).toEqual([['not-identical', 64]]);
  });
});

test('a reference stays small enough for a repository', async () => {
  expect((await stat(reference)).size).toBeLessThan(1_500_000);
});

test('rules let pass what they name, up to its number, and never what they never allow', () => {
  const lost = (className: string): Finding => ({ kind: 'object-lost', className, words: '' });
  const rules = {
    ...strictRules,
    allow: [{ kind: 'object-lost' as const, atMost: 2 }],
    never: ['pedestrian'],
  };
  const judged = judge([lost('pedestrian'), lost('car'), lost('car'), lost('car')], rules);
  expect(judged.map(({ isAllowed }) => isAllowed)).toEqual([false, true, true, false]);
});

function removeTrack(frames: readonly PerceptionFrame[], trackId: number): void {
  for (const frame of frames) {
    const gone = frame.detections.findIndex((one) => one.trackId === trackId);
    if (gone < 0) continue;
    frame.detections.splice(gone, 1);
    const kept = <Reading extends { detectionIndex: number }>(readings: Reading[]) =>
      readings
        .filter(({ detectionIndex }) => detectionIndex !== gone)
        .map((one) =>
          one.detectionIndex > gone
            ? Object.assign(one, { detectionIndex: one.detectionIndex - 1 })
            : one,
        );
    frame.signs = kept(frame.signs);
    frame.lights = kept(frame.lights);
  }
}
