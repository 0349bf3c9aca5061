import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  removeDetections,
  rewriteResults,
} from '../../../../benchmarks/verdict/planted-results.js';
import {
  DetectionSchema,
  type GroundTruth,
  GroundTruthSchema,
  type PerceptionFrame,
  SignSchema,
} from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../../../../src/messages/read-message.js';
import { detectionClasses, signClasses } from '../../../../src/perception/classes.js';
import { RecordingReader } from '../../../../src/recording/recording-reader.js';
import { isLegible, toTruthBox } from '../../../../tools/datasets/recording-truth.js';
import { compareRuns } from '../../../../tools/verdict/compare-runs.js';
import { formatJunit, formatVerdict } from '../../../../tools/verdict/format-verdict.js';
import { verdictPage } from '../../../../tools/verdict/page/verdict-page.js';
import { readRules, strictRules } from '../../../../tools/verdict/rules.js';
import { findTruth, scoreResults } from '../../../../tools/verdict/truth/score-results.js';
import { verdictOf } from '../../../../tools/verdict/verdict.js';
import { repoDir } from '../../../support/command-line.js';

const reference = join(repoDir, 'recordings/sample-reference.mcap');
const drive = join(repoDir, 'recordings/sample-drive.mcap');

let dir: string;
/** The first frames of the reference, without class maps, which are most of its bytes. */
let base: string;
const truths = new Map<bigint, GroundTruth>();
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-truth-'));
  base = await planted('base', () => undefined);
  const reader = await RecordingReader.open(drive);
  for await (const { stampNs, data } of reader.messages({ topics: ['ground_truth'] }))
    truths.set(stampNs, readMessage(GroundTruthSchema, data, drive));
  await reader.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function planted(
  name: string,
  change: (frames: PerceptionFrame[]) => void,
  hasMaps = false,
): Promise<string> {
  const path = join(dir, `${name}.mcap`);
  await rewriteResults(reference, path, (frames) => {
    frames.length = 60;
    if (!hasMaps) for (const frame of frames) delete frame.segmentation;
    change(frames);
  });
  return path;
}

/** A run that sees all that is asked for, exactly as it is. */
function seeTruth(frames: PerceptionFrame[]): void {
  for (const frame of frames) {
    const { objects, vehicle } = truths.get(frame.stampNs)!;
    const seen = objects.filter((object) => toTruthBox(object).weight === 1 || isLegible(object));
    frame.detections = seen.map(({ className, boxPx, objectId }) =>
      create(DetectionSchema, {
        classId: (detectionClasses as readonly string[]).indexOf(className),
        className,
        score: 0.9,
        boxPx: boxPx!,
        trackId: objectId + 1000,
      }),
    );
    frame.signs = seen.flatMap(({ signClassId, objectId, boxPx }, detectionIndex) =>
      signClassId < 0
        ? []
        : create(SignSchema, {
            classId: signClassId,
            className: signClasses[signClassId]!,
            probability: 1,
            detectionIndex,
            trackId: objectId + 1000,
            boxPx: boxPx!,
          }),
    );
    frame.steering!.angleRad = vehicle!.steeringRad;
  }
}

describe('results against the ground truth of their drive', () => {
  test('have every score at its best where they are the truth', async () => {
    const scores = await scoreResults(await planted('perfect', seeTruth), drive);
    expect(scores).toMatchObject({
      frames: 60,
      detection: { mAP50: 1 },
      signs: { accuracy: 1, abstained: 0 },
      tracking: { mota: 1, idf1: 1, idSwitches: 0, misses: 0, falsePositives: 0 },
      steering: { frames: 60, maeRad: 0 },
    });
    expect(scores!.tracking!.hota).toBeCloseTo(1, 12);
    expect(scores!.signs!.found).toBe(scores!.signs!.legible);
    expect(scores!.signs!.legible).toBeGreaterThan(50);
  });

  test('are none for boxes and tracks of a run that looks for none, and bad for one that finds none', async () => {
    const blind = await planted('blind', (frames) => {
      for (const frame of frames) {
        frame.detections = [];
        frame.signs = [];
      }
    });
    expect(await scoreResults(blind, drive)).toMatchObject({
      detection: { mAP50: 0 },
      tracking: { mota: 0 },
      signs: null,
    });
    const steering = await planted('steering', (frames) => {
      for (const frame of frames) {
        frame.detections = [];
        frame.signs = [];
        frame.stages = frame.stages.filter(({ stage }) => stage === 'steering');
      }
    });
    expect(await scoreResults(steering, drive)).toMatchObject({
      detection: null,
      tracking: null,
      signs: null,
      steering: { frames: 60 },
    });
  });

  test('of a class map are the map of the truth where each label pixel falls', async () => {
    const allRoad = (frames: PerceptionFrame[]) => {
      for (const { segmentation } of frames) segmentation!.runClasses.fill(3);
    };
    const path = await planted('roads', allRoad, true);
    const { segmentation } = (await scoreResults(path, drive))!;
    // All is called road: its IoU is its share of the truth, all others 0.
    let road = 0;
    let all = 0;
    for (const { segmentation: map } of [...truths.values()].slice(0, 60))
      map!.runLengths.forEach((length, run) => {
        all += length;
        if (map!.runClasses[run] === 3) road += length;
      });
    // But for the labels that the network does not see, at the edges of the lens.
    expect(Math.abs(segmentation!.perClass['road']! - road / all)).toBeLessThan(0.01);
    expect(segmentation!.pixelAccuracy).toBeCloseTo(segmentation!.perClass['road']!, 12);
    expect(segmentation!.perClass['sky']).toBe(0);
  });

  test('fall where a class is lost, and that is a finding in words', async () => {
    const worse = await planted('worse', (frames) => {
      removeDetections(frames, (className) => className === 'car');
      for (const { steering } of frames) steering!.angleRad += Math.PI / 60;
    });
    const comparison = await compareRuns(base, worse, strictRules, drive);
    const words = comparison.findings
      .filter(({ kind }) => kind === 'truth-worse')
      .map((finding) => finding.words);
    for (const name of ['mAP at IoU 0.5', 'MOTA', 'HOTA', 'IDF1'])
      expect(words).toContainEqual(
        expect.stringMatching(
          new RegExp(`^${name} against ground truth is 0\\.\\d+, 0\\.\\d+ before \\(−0\\.\\d+\\)$`),
        ),
      );
    expect(words).toContainEqual(
      expect.stringMatching(/^steering MAE .* is [23]\.\d\d°, 0\.\d\d° before \(\+[23]\.\d\d°\)$/),
    );
  });

  test('stand in the text, the page and the XML of the verdict, of both sides', async () => {
    const comparison = await compareRuns(
      base,
      await planted('perfect', seeTruth),
      strictRules,
      drive,
    );
    const verdict = verdictOf(comparison, strictRules);
    expect(formatVerdict(verdict)).toMatch(/^MOTA +1\.000, 0\.\d{3} before \(\+0\.\d{3}\)$/m);
    const before = verdict.truth!.reference.tracking!.mota;
    expect(formatJunit(verdict)).toContain(
      `<property name="truth.mota.reference" value="${before}"/><property name="truth.mota.candidate" value="1"/>`,
    );
    const page = await verdictPage(verdict, comparison, undefined);
    expect(page).toContain('<h2>Against ground truth</h2>');
    expect(page).toContain(`<td>MOTA</td><td>${before.toFixed(3)}</td><td>1.000</td>`);
  });

  test('are held to the bounds of the rules', async () => {
    const path = join(dir, 'rules.yaml');
    await writeFile(
      path,
      'truth:\n  mota: { atLeast: 0.99 }\n  steeringMaeDeg: { atMost: 0.01 }\n',
    );
    const { findings } = await compareRuns(base, base, await readRules(path), drive);
    expect(findings.map(({ kind, words }) => [kind, words])).toEqual([
      ['truth-bound', expect.stringMatching(/^MOTA .* is 0\.\d+, at least 0\.990 is asked for$/)],
      [
        'truth-bound',
        expect.stringMatching(/^steering MAE .* is 0\.\d+°, at most 0\.01° is asked for$/),
      ],
    ]);
    await writeFile(path, 'truth:\n  mot: { atLeast: 0.99 }\n');
    await expect(readRules(path)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/rules\.yaml: truth.*mot/),
    });
  });

  test('are null where the drive has no truth, and that is no finding', async () => {
    expect(await findTruth([undefined, base, join(repoDir, 'package.json')])).toBeUndefined();
    const { truth, findings } = await compareRuns(base, base, strictRules);
    expect({ truth, findings }).toEqual({ truth: undefined, findings: [] });
  });
});
